/**
 * Linear recurrences h' = a⊙h + b over [B,T,U], real, or complex with the real parts of a row before the imaginary ones.
 * A masked step changes no state and gives 0.
 */
import { faded4, fma4, loadLanes, storeLanes } from '../math';
import { isReal, rowOf, stateBefore } from './steps';

/**
 * Writes states [B,T,U] and final [B,U]. One step's decay begins `decayStep` floats after that of the step before: 0 where it is the same
 * for all. Complex rows have 2·units floats.
 */
export function linearScan(
  decay: usize, input: usize, mask: usize, initial: usize, states: usize, final: usize,
  batch: i32, time: i32, units: i32, decayStep: i32, reverse: bool, complex: bool,
): void {
  const bytes = <usize>(complex ? 2 * units : units) << 2;
  for (let b = 0; b < batch; b++) {
    let before = initial + <usize>b * bytes;
    for (let i = 0; i < time; i++) {
      const row = rowOf(b, i, time, reverse), state = states + <usize>row * bytes;
      if (!isReal(mask, row)) {
        memory.fill(state, 0, bytes);
        continue;
      }
      const a = decay + (<usize>row * decayStep << 2);
      if (complex) advanceComplex(a, input + <usize>row * bytes, before, state, units);
      else advance(a, input + <usize>row * bytes, before, state, units);
      before = state;
    }
    memory.copy(final + <usize>b * bytes, before, bytes);
  }
}

function advance(a: usize, b: usize, h: usize, out: usize, units: i32): void {
  for (let rest = units; rest > 0; rest -= 4, a += 16, b += 16, h += 16, out += 16) {
    storeLanes(out, faded4(fma4(loadLanes(a, rest), loadLanes(h, rest), loadLanes(b, rest))), rest);
  }
}

function advanceComplex(a: usize, b: usize, h: usize, out: usize, units: i32): void {
  const part = <usize>units << 2;
  for (let rest = units; rest > 0; rest -= 4, a += 16, b += 16, h += 16, out += 16) {
    const aRe = loadLanes(a, rest), aIm = loadLanes(a + part, rest), hRe = loadLanes(h, rest), hIm = loadLanes(h + part, rest);
    const re = f32x4.sub(f32x4.mul(aRe, hRe), f32x4.mul(aIm, hIm)), im = fma4(aRe, hIm, f32x4.mul(aIm, hRe));
    storeLanes(out, faded4(f32x4.add(re, loadLanes(b, rest))), rest);
    storeLanes(out + part, faded4(f32x4.add(im, loadLanes(b + part, rest))), rest);
  }
}

/**
 * The way back, a scan from the last step to the first: g = dStates + ā'⊙g', dInput = g and dDecay = g⊙h̄. dState [B,U] holds the gradient of
 * the final state and ends as that of the initial one; where `decayStep` is 0, dDecay [U] gets a sum.
 */
export function linearScanGradient(
  decay: usize, mask: usize, initial: usize, states: usize, dStates: usize, dState: usize, dDecay: usize, dInput: usize,
  batch: i32, time: i32, units: i32, decayStep: i32, reverse: bool, complex: bool,
): void {
  const bytes = <usize>(complex ? 2 * units : units) << 2;
  if (decayStep == 0) memory.fill(dDecay, 0, bytes);
  for (let b = 0; b < batch; b++, initial += bytes, dState += bytes) {
    for (let i = time - 1; i >= 0; i--) {
      const row = rowOf(b, i, time, reverse), at = <usize>row * bytes, a = <usize>row * decayStep << 2;
      if (!isReal(mask, row)) {
        memory.fill(dInput + at, 0, bytes);
        if (decayStep != 0) memory.fill(dDecay + a, 0, bytes);
        continue;
      }
      const h = stateBefore(states, initial, mask, b, i, time, reverse, bytes);
      const sums = decayStep == 0;
      if (complex) retreatComplex(decay + a, h, dStates + at, dState, dDecay + a, dInput + at, units, sums);
      else retreat(decay + a, h, dStates + at, dState, dDecay + a, dInput + at, units, sums);
    }
  }
}

function retreat(a: usize, h: usize, dy: usize, g: usize, dA: usize, dB: usize, units: i32, sums: bool): void {
  for (let rest = units; rest > 0; rest -= 4, a += 16, h += 16, dy += 16, g += 16, dA += 16, dB += 16) {
    const error = faded4(f32x4.add(loadLanes(g, rest), loadLanes(dy, rest)));
    put(dA, f32x4.mul(error, loadLanes(h, rest)), rest, sums);
    storeLanes(dB, error, rest);
    storeLanes(g, f32x4.mul(error, loadLanes(a, rest)), rest);
  }
}

function retreatComplex(a: usize, h: usize, dy: usize, g: usize, dA: usize, dB: usize, units: i32, sums: bool): void {
  const part = <usize>units << 2;
  for (let rest = units; rest > 0; rest -= 4, a += 16, h += 16, dy += 16, g += 16, dA += 16, dB += 16) {
    const re = faded4(f32x4.add(loadLanes(g, rest), loadLanes(dy, rest)));
    const im = faded4(f32x4.add(loadLanes(g + part, rest), loadLanes(dy + part, rest)));
    const hRe = loadLanes(h, rest), hIm = loadLanes(h + part, rest), aRe = loadLanes(a, rest), aIm = loadLanes(a + part, rest);
    put(dA, fma4(re, hRe, f32x4.mul(im, hIm)), rest, sums);
    put(dA + part, f32x4.sub(f32x4.mul(im, hRe), f32x4.mul(re, hIm)), rest, sums);
    storeLanes(dB, re, rest);
    storeLanes(dB + part, im, rest);
    storeLanes(g, fma4(re, aRe, f32x4.mul(im, aIm)), rest);
    storeLanes(g + part, f32x4.sub(f32x4.mul(im, aRe), f32x4.mul(re, aIm)), rest);
  }
}

@inline
function put(pointer: usize, value: v128, lanes: i32, sums: bool): void {
  storeLanes(pointer, sums ? f32x4.add(loadLanes(pointer, lanes), value) : value, lanes);
}
