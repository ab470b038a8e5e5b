/** Steps of a diagonal state space (S4D, arXiv:2206.11893): h' = λ⊙h + x over complex numbers and y = Re Σ C·h', four channels at once. */
import { faded4, fma4, loadLanes, storeLanes } from '../math';
import { StateSpace } from './state-space-call';

/** From the state before to the one after (both may be one place), and y where wanted. Imaginary parts of all modes follow the real ones. */
export function advanceDiagonal(space: StateSpace, row: i32, before: usize, after: usize, y: usize): void {
  const line = <usize>space.channels << 2, part = line * space.modes;
  for (let rest = space.channels, d: usize = 0; rest > 0; rest -= 4, d += 16) {
    const x = loadLanes(space.x + <usize>row * line + d, rest);
    let sum = f32x4.splat(0);
    for (let n = space.modes, place = d; n > 0; n--, place += line) {
      const a = space.rates + place, c = space.output + place, h = before + place;
      const aRe = loadLanes(a, rest), aIm = loadLanes(a + part, rest), hRe = loadLanes(h, rest), hIm = loadLanes(h + part, rest);
      const re = f32x4.sub(fma4(aRe, hRe, x), f32x4.mul(aIm, hIm)), im = fma4(aRe, hIm, f32x4.mul(aIm, hRe));
      storeLanes(after + place, faded4(re), rest);
      storeLanes(after + place + part, faded4(im), rest);
      sum = f32x4.add(sum, f32x4.sub(f32x4.mul(loadLanes(c, rest), re), f32x4.mul(loadLanes(c + part, rest), im)));
    }
    if (y != 0) storeLanes(y + d, sum, rest);
  }
}

/** Back through one step: dX and dState; dRates and dOutput are added to. */
export function retreatDiagonal(space: StateSpace, row: i32, before: usize, after: usize, dState: usize): void {
  const line = <usize>space.channels << 2, part = line * space.modes, at = <usize>row * line;
  for (let rest = space.channels, d: usize = 0; rest > 0; rest -= 4, d += 16) {
    const dY = loadLanes(space.dY + at + d, rest);
    let sum = f32x4.splat(0);
    for (let n = space.modes, place = d; n > 0; n--, place += line) {
      const a = space.rates + place, c = space.output + place, h = before + place, g = dState + place;
      const aRe = loadLanes(a, rest), aIm = loadLanes(a + part, rest), hRe = loadLanes(h, rest), hIm = loadLanes(h + part, rest);
      const re = faded4(fma4(dY, loadLanes(c, rest), loadLanes(g, rest)));
      const im = faded4(f32x4.sub(loadLanes(g + part, rest), f32x4.mul(dY, loadLanes(c + part, rest))));
      addTo(space.dOutput + place, f32x4.mul(dY, loadLanes(after + place, rest)), rest);
      addTo(space.dOutput + place + part, f32x4.neg(f32x4.mul(dY, loadLanes(after + place + part, rest))), rest);
      addTo(space.dRates + place, fma4(re, hRe, f32x4.mul(im, hIm)), rest);
      addTo(space.dRates + place + part, f32x4.sub(f32x4.mul(im, hRe), f32x4.mul(re, hIm)), rest);
      storeLanes(g, fma4(re, aRe, f32x4.mul(im, aIm)), rest);
      storeLanes(g + part, f32x4.sub(f32x4.mul(im, aRe), f32x4.mul(re, aIm)), rest);
      sum = f32x4.add(sum, re);
    }
    storeLanes(space.dX + at + d, sum, rest);
  }
}

@inline
function addTo(pointer: usize, value: v128, lanes: i32): void {
  storeLanes(pointer, f32x4.add(loadLanes(pointer, lanes), value), lanes);
}
