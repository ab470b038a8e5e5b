/**
 * Gated linear recurrences c' = a⊙c + w⊙v, whose gates do not see the state: minGRU, minLSTM, SRU and QRNN, gates computed on the way.
 * A row of gates is [forget (input) candidate (output)], before their activations. A masked step changes no state and gives 0.
 */
import { complement4, faded4, fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes, tanh4, tanhSlope4 } from '../math';
import { isReal, rowOf, stateBefore } from './steps';

/** How a and w come about: w = σ(forget) and a = 1 − w; a = σ(forget) and w = 1 − a; each its own gate; both gates divided by their sum. */
const UPDATE: i32 = 0, FORGET: i32 = 1, INDEPENDENT: i32 = 2, NORMALIZED: i32 = 3;
/** What becomes of the candidate, and of the state before the output gate: nothing; tanh; x + ½ above 0 and σ(x) below. */
const TANH: i32 = 1, POSITIVE: i32 = 2;

/** Writes outputs [B,T,U], memories [B,T,U] (the same place where there is no output gate) and final [B,U]; skip [B,T,U] may be 0. */
export function gatedScan(
  gates: usize, skip: usize, mask: usize, initial: usize, outputs: usize, memories: usize, final: usize,
  batch: i32, time: i32, units: i32, rule: i32, candidate: i32, output: i32, reverse: bool,
): void {
  const bytes = <usize>units << 2, width = bytes * gateCount(rule, output);
  for (let b = 0; b < batch; b++) {
    let before = initial + <usize>b * bytes;
    for (let i = 0; i < time; i++) {
      const row = rowOf(b, i, time, reverse), at = <usize>row * bytes;
      if (!isReal(mask, row)) {
        memory.fill(outputs + at, 0, bytes);
        continue;
      }
      const gate = gates + <usize>row * width;
      remember(gate, before, memories + at, units, rule, candidate);
      if (output >= 0) show(gate + width - bytes, memories + at, skip == 0 ? <usize>0 : skip + at, outputs + at, units, output);
      before = memories + at;
    }
    memory.copy(final + <usize>b * bytes, before, bytes);
  }
}

/** Columns of gates for each unit. */
@inline
function gateCount(rule: i32, output: i32): i32 {
  return 2 + i32(rule > FORGET) + i32(output >= 0);
}

function remember(gate: usize, before: usize, c: usize, units: i32, rule: i32, candidate: i32): void {
  const part = <usize>units << 2, value = rule > FORGET ? 2 * part : part;
  for (let rest = units; rest > 0; rest -= 4, gate += 16, before += 16, c += 16) {
    const first = sigmoid4(loadLanes(gate, rest)), second = rule > FORGET ? sigmoid4(loadLanes(gate + part, rest)) : first;
    const a = decay4(rule, first, second), w = weight4(rule, a, second);
    const v = activate4(candidate, loadLanes(gate + value, rest));
    storeLanes(c, faded4(fma4(a, loadLanes(before, rest), f32x4.mul(w, v))), rest);
  }
}

/** out = skip + σ(gate)⊙(f(c) − skip). */
function show(gate: usize, c: usize, skip: usize, out: usize, units: i32, output: i32): void {
  for (let rest = units; rest > 0; rest -= 4, gate += 16, c += 16, out += 16) {
    const passed = skip == 0 ? f32x4.splat(0) : loadLanes(skip, rest);
    const shown = activate4(output, loadLanes(c, rest));
    storeLanes(out, fma4(sigmoid4(loadLanes(gate, rest)), f32x4.sub(shown, passed), passed), rest);
    if (skip != 0) skip += 16;
  }
}

@inline
function decay4(rule: i32, first: v128, second: v128): v128 {
  if (rule == UPDATE) return complement4(first);
  if (rule == NORMALIZED) return f32x4.div(first, f32x4.add(first, second));
  return first;
}

@inline
function weight4(rule: i32, a: v128, second: v128): v128 {
  return rule == INDEPENDENT ? second : complement4(a);
}

@inline
function activate4(kind: i32, x: v128): v128 {
  if (kind == TANH) return tanh4(x);
  if (kind == POSITIVE) {
    return v128.bitselect(sigmoid4(x), f32x4.add(x, f32x4.splat(0.5)), f32x4.lt(x, f32x4.splat(0)));
  }
  return x;
}

/** The slope of `activate4` where it gives y. */
@inline
function slope4(kind: i32, y: v128): v128 {
  if (kind == TANH) return tanhSlope4(y);
  if (kind == POSITIVE) return v128.bitselect(sigmoidSlope4(y), f32x4.splat(1), f32x4.lt(y, f32x4.splat(0.5)));
  return f32x4.splat(1);
}

/**
 * The way back: dGates in the shape of gates, dSkip in that of skip where there is one, and dState [B,U], which holds the gradient of the final
 * state and ends as that of the initial one. Gates are computed again.
 */
export function gatedScanGradient(
  gates: usize, skip: usize, mask: usize, initial: usize, memories: usize, dOutputs: usize, dState: usize, dGates: usize, dSkip: usize,
  batch: i32, time: i32, units: i32, rule: i32, candidate: i32, output: i32, reverse: bool,
): void {
  const bytes = <usize>units << 2, width = bytes * gateCount(rule, output);
  for (let b = 0; b < batch; b++, initial += bytes, dState += bytes) {
    for (let i = time - 1; i >= 0; i--) {
      const row = rowOf(b, i, time, reverse), at = <usize>row * bytes, gate = <usize>row * width;
      if (!isReal(mask, row)) {
        memory.fill(dGates + gate, 0, width);
        if (skip != 0) memory.fill(dSkip + at, 0, bytes);
        continue;
      }
      let error = dOutputs + at;
      if (output >= 0) {
        const own = dGates + gate, last = gate + width - bytes; // what the output hands to the state waits where the forget gate's gradient will stand
        hide(gates + last, memories + at, skip == 0 ? <usize>0 : skip + at, error, own, dGates + last, dSkip + at, units, output);
        error = own;
      }
      const before = stateBefore(memories, initial, mask, b, i, time, reverse, bytes);
      forget(gates + gate, before, error, dState, dGates + gate, units, rule, candidate);
    }
  }
}

/** Back through `show`. */
function hide(
  gate: usize, c: usize, skip: usize, dOut: usize, dC: usize, dGate: usize, dSkip: usize, units: i32, output: i32,
): void {
  for (let rest = units; rest > 0; rest -= 4, gate += 16, c += 16, dOut += 16, dC += 16, dGate += 16) {
    const passed = skip == 0 ? f32x4.splat(0) : loadLanes(skip, rest);
    const shown = activate4(output, loadLanes(c, rest)), open = sigmoid4(loadLanes(gate, rest)), error = loadLanes(dOut, rest);
    const own = f32x4.mul(error, open);
    storeLanes(dGate, f32x4.mul(f32x4.mul(error, f32x4.sub(shown, passed)), sigmoidSlope4(open)), rest);
    storeLanes(dC, f32x4.mul(own, slope4(output, shown)), rest);
    if (skip == 0) continue;
    storeLanes(dSkip, f32x4.sub(error, own), rest);
    skip += 16, dSkip += 16;
  }
}

/** Back through `remember`; `error` may be where dGate is. */
function forget(
  gate: usize, before: usize, error: usize, g: usize, dGate: usize, units: i32, rule: i32, candidate: i32,
): void {
  const part = <usize>units << 2, value = rule > FORGET ? 2 * part : part;
  for (let rest = units; rest > 0; rest -= 4, gate += 16, before += 16, error += 16, g += 16, dGate += 16) {
    const first = sigmoid4(loadLanes(gate, rest)), second = rule > FORGET ? sigmoid4(loadLanes(gate + part, rest)) : first;
    const a = decay4(rule, first, second), w = weight4(rule, a, second);
    const v = activate4(candidate, loadLanes(gate + value, rest));
    const dC = faded4(f32x4.add(loadLanes(g, rest), loadLanes(error, rest)));
    const dA = f32x4.mul(dC, loadLanes(before, rest)), dW = f32x4.mul(dC, v);
    storeLanes(dGate + value, f32x4.mul(f32x4.mul(dC, w), slope4(candidate, v)), rest);
    storeLanes(g, f32x4.mul(dC, a), rest);
    const dGap = f32x4.mul(f32x4.mul(f32x4.sub(dA, dW), a), w); // where a and w are one gate and what it leaves
    if (rule == INDEPENDENT) {
      storeLanes(dGate, f32x4.mul(dA, sigmoidSlope4(first)), rest);
      storeLanes(dGate + part, f32x4.mul(dW, sigmoidSlope4(second)), rest);
    } else if (rule == NORMALIZED) {
      storeLanes(dGate, f32x4.mul(dGap, complement4(first)), rest);
      storeLanes(dGate + part, f32x4.neg(f32x4.mul(dGap, complement4(second))), rest);
    } else storeLanes(dGate, rule == UPDATE ? f32x4.neg(dGap) : dGap, rest);
  }
}
