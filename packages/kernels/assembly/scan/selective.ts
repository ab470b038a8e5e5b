/** Steps of a selective state space (Mamba, arXiv:2312.00752): h' = e^(Δ·A)⊙h + Δ·x⊗B and y = Σ h'·C, four channels at once. */
import { exp4, faded4, fma4, loadLanes, storeLanes, sumLanes } from '../math';
import { StateSpace } from './state-space-call';

/** From the state before to the one after (both may be one place); decays e^(Δ·A) where wanted, and y where wanted. */
export function advanceSelective(space: StateSpace, row: i32, before: usize, after: usize, decays: usize, y: usize): void {
  const line = <usize>space.channels << 2, modes = space.modes, at = <usize>row * line;
  const input = space.input + (<usize>(row * modes) << 2), output = space.output + (<usize>(row * modes) << 2);
  for (let rest = space.channels, d: usize = 0; rest > 0; rest -= 4, d += 16) {
    const delta = loadLanes(space.steps + at + d, rest), drive = f32x4.mul(delta, loadLanes(space.x + at + d, rest));
    let sum = f32x4.splat(0);
    for (let n: usize = 0, place = d; n < <usize>modes; n++, place += line) {
      const decay = exp4(f32x4.mul(delta, loadLanes(space.rates + place, rest)));
      const h = fma4(decay, loadLanes(before + place, rest), f32x4.mul(drive, v128.load32_splat(input + (n << 2))));
      storeLanes(after + place, faded4(h), rest);
      if (decays != 0) storeLanes(decays + place, decay, rest);
      sum = fma4(h, v128.load32_splat(output + (n << 2)), sum);
    }
    if (y != 0) storeLanes(y + d, sum, rest);
  }
}

/** Back through one step: dX, dSteps, dRates (added) and dState; what it adds to dInput and dOutput goes to sums [2,N] of four lanes. */
export function retreatSelective(
  space: StateSpace, row: i32, before: usize, after: usize, decays: usize, dState: usize, sums: usize,
): void {
  const line = <usize>space.channels << 2, modes = space.modes, at = <usize>row * line;
  const input = space.input + (<usize>(row * modes) << 2), output = space.output + (<usize>(row * modes) << 2);
  const shown = sums + (<usize>modes << 4);
  for (let rest = space.channels, d: usize = 0; rest > 0; rest -= 4, d += 16) {
    const delta = loadLanes(space.steps + at + d, rest), x = loadLanes(space.x + at + d, rest), dY = loadLanes(space.dY + at + d, rest);
    const drive = f32x4.mul(delta, x);
    let driven = f32x4.splat(0), decayed = f32x4.splat(0);
    for (let n: usize = 0, place = d; n < <usize>modes; n++, place += line) {
      const decay = loadLanes(decays + place, rest), taken = v128.load32_splat(input + (n << 2));
      const g = faded4(fma4(dY, v128.load32_splat(output + (n << 2)), loadLanes(dState + place, rest)));
      const dExponent = f32x4.mul(f32x4.mul(g, decay), loadLanes(before + place, rest));
      driven = fma4(g, taken, driven);
      decayed = fma4(dExponent, loadLanes(space.rates + place, rest), decayed);
      storeLanes(space.dRates + place, fma4(dExponent, delta, loadLanes(space.dRates + place, rest)), rest);
      storeLanes(dState + place, f32x4.mul(g, decay), rest);
      v128.store(sums + (n << 4), fma4(g, drive, v128.load(sums + (n << 4))));
      v128.store(shown + (n << 4), fma4(dY, loadLanes(after + place, rest), v128.load(shown + (n << 4))));
    }
    storeLanes(space.dX + at + d, f32x4.mul(driven, delta), rest);
    storeLanes(space.dSteps + at + d, fma4(driven, x, decayed), rest);
  }
}

/** dInput and dOutput of one step, from their sums. */
export function finishSelective(space: StateSpace, row: i32, sums: usize): void {
  const modes = space.modes, at = <usize>(row * modes) << 2;
  for (let n: usize = 0; n < <usize>modes; n++) {
    store<f32>(space.dInput + at + (n << 2), sumLanes(v128.load(sums + (n << 4))));
    store<f32>(space.dOutput + at + (n << 2), sumLanes(v128.load(sums + (<usize>modes << 4) + (n << 4))));
  }
}
