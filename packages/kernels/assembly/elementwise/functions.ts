/** Functions of one operand, element by element. NaN stays NaN. */
import { log4 as logOfNormal4, loadPart, storePart } from '../math';

/*
 * out [n] = f(x); `p` is the slope of leakyRelu and step below 0, `p` and `q` the bounds of clip. `out` may be x. Each function is
 * an export of its own: V8 spends less care on the registers of large functions.
 */
export function exp(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(EXP, x, out, n, p, q);
}
export function expm1(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(EXPM1, x, out, n, p, q);
}
export function log(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(LOG, x, out, n, p, q);
}
export function sigmoid(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(SIGMOID, x, out, n, p, q);
}
export function tanh(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(TANH, x, out, n, p, q);
}
export function erf(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(ERF, x, out, n, p, q);
}
export function elu(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(ELU, x, out, n, p, q);
}
export function relu(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(RELU, x, out, n, p, q);
}
export function leakyRelu(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(LEAKY_RELU, x, out, n, p, q);
}
export function clip(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(CLIP, x, out, n, p, q);
}
export function step(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(STEP, x, out, n, p, q);
}
export function sqrt(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(SQRT, x, out, n, p, q);
}
export function rsqrt(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(RSQRT, x, out, n, p, q);
}
export function reciprocal(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(RECIPROCAL, x, out, n, p, q);
}
export function square(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(SQUARE, x, out, n, p, q);
}
export function neg(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(NEG, x, out, n, p, q);
}
export function abs(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(ABS, x, out, n, p, q);
}
export function floor(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  over(FLOOR, x, out, n, p, q);
}

const EXP: i32 = 0, EXPM1: i32 = 1, LOG: i32 = 2, SIGMOID: i32 = 3, TANH: i32 = 4, ERF: i32 = 5, ELU: i32 = 6;
const RELU: i32 = 7, LEAKY_RELU: i32 = 8, CLIP: i32 = 9, STEP: i32 = 10, SQRT: i32 = 11, RSQRT: i32 = 12;
const RECIPROCAL: i32 = 13, SQUARE: i32 = 14, NEG: i32 = 15, ABS: i32 = 16, FLOOR: i32 = 17;

@inline
function over(op: i32, x: usize, out: usize, n: i32, p: f32, q: f32): void {
  const low = f32x4.splat(p), high = f32x4.splat(q);
  let rest = n;
  for (; rest >= 4; rest -= 4, x += 16, out += 16) v128.store(out, apply(op, v128.load(x), low, high));
  if (rest > 0) storePart(out, apply(op, loadPart(x, rest), low, high), rest);
}

@inline
function apply(op: i32, x: v128, low: v128, high: v128): v128 {
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  if (op == EXP) return exponential4(x);
  if (op == EXPM1) return expm14(x);
  if (op == LOG) return logarithm4(x);
  if (op == SIGMOID) return f32x4.div(one, f32x4.add(one, exponential4(f32x4.neg(x))));
  if (op == TANH) return tangent4(x);
  if (op == ERF) return erf4(x);
  if (op == ELU) return v128.bitselect(expm14(x), x, f32x4.lt(x, zero));
  if (op == RELU) return f32x4.pmax(x, zero);
  if (op == LEAKY_RELU) return v128.bitselect(f32x4.mul(x, low), x, f32x4.lt(x, zero));
  if (op == CLIP) return f32x4.pmin(f32x4.pmax(x, low), high);
  if (op == STEP) return v128.bitselect(v128.bitselect(one, low, f32x4.gt(x, zero)), x, f32x4.eq(x, x));
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == RSQRT) return f32x4.div(one, f32x4.sqrt(x));
  if (op == RECIPROCAL) return f32x4.div(one, x);
  if (op == SQUARE) return f32x4.mul(x, x);
  if (op == NEG) return f32x4.neg(x);
  if (op == ABS) return f32x4.abs(x);
  return f32x4.floor(x);
}

const LOG2E: f32 = 1.44269504088896341;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** e^r − 1 for |r| ≤ ln 2 / 2 (Cephes). */
@inline
function reducedExpm14(r: v128): v128 {
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  return f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r);
}

const MAGIC: f32 = 12582912; // 1.5·2^23: adding it rounds to a whole number, which then stands in the lowest bits

/** What is left of x after n times ln 2. */
@inline
function reduced4(x: v128, n: v128): v128 {
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
}

/** 2^(n + offset) from n + MAGIC. */
@inline
function power4(rounded: v128, offset: i32): v128 {
  return i32x4.add(i32x4.shl(rounded, 23), i32x4.splat((127 + offset) << 23));
}

/** e^x, relative error below 2e-7; ∞ above 88.72 and 0 below −86.6. */
@inline
export function exponential4(x: v128): v128 {
  const smallest = f32x4.splat(-86.6);
  const clamped = f32x4.pmin(f32x4.pmax(x, smallest), f32x4.splat(88.8)); // pmin and pmax keep NaN, and are one instruction
  const rounded = f32x4.add(f32x4.mul(clamped, f32x4.splat(LOG2E)), f32x4.splat(MAGIC));
  const value = reducedExpm14(reduced4(clamped, f32x4.sub(rounded, f32x4.splat(MAGIC))));
  const twice = f32x4.add(f32x4.add(value, value), f32x4.splat(2)); // so that the power of 2 may be one smaller
  return v128.andnot(f32x4.mul(twice, power4(rounded, -1)), f32x4.lt(x, smallest));
}

/** e^x − 1, relative error below 3e-7 also around 0. */
@inline
function expm14(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-30)), f32x4.splat(88.8));
  const scaled = f32x4.pmin(f32x4.mul(clamped, f32x4.splat(LOG2E)), f32x4.splat(127));
  const rounded = f32x4.add(scaled, f32x4.splat(MAGIC));
  const power = power4(rounded, 0);
  const value = reducedExpm14(reduced4(clamped, f32x4.sub(rounded, f32x4.splat(MAGIC))));
  return f32x4.add(f32x4.mul(value, power), f32x4.sub(power, f32x4.splat(1)));
}

/** tanh x: an odd polynomial below 0.625 (Cephes), 1 − 2/(e^2x + 1) above; relative error below 4e-7. */
@inline
function tangent4(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(p, square), x));
  const one = f32x4.splat(1), two = f32x4.splat(2);
  const far = f32x4.sub(one, f32x4.div(two, f32x4.add(exponential4(f32x4.mul(x, two)), one)));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.625)));
}

/** ln x over the whole range: subnormal numbers are scaled up first, ∞ stays ∞. */
@inline
function logarithm4(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  const result = f32x4.sub(logOfNormal4(scaled), v128.and(tiny, f32x4.splat(15.942385152878742)));
  return v128.bitselect(x, result, f32x4.eq(x, f32x4.splat(Infinity)));
}

/** The error function (Abramowitz & Stegun 7.1.26, as on tfjs' other backends), absolute error below 6e-7. */
@inline
export function erf4(x: v128): v128 {
  const one = f32x4.splat(1), size = f32x4.abs(x);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.splat(0.3275911), size)));
  let p = f32x4.splat(1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.254829592));
  const tail = f32x4.mul(f32x4.mul(p, t), exponential4(f32x4.neg(f32x4.mul(size, size))));
  const sign = v128.and(x, f32x4.splat(-0.0));
  return v128.or(v128.andnot(f32x4.sub(one, tail), f32x4.splat(-0.0)), sign);
}
