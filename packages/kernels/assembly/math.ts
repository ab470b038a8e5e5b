/** Exponential and its relatives on four floats at once (Cephes' polynomial after range reduction). NaN stays NaN. */

const LOG2E: f32 = 1.44269504088896341;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
const SMALLEST: f32 = -87.33; // what is below makes subnormal numbers, which cost a hundred cycles each
const LARGEST: f32 = 88.3762626647949;
const ROUNDING: f32 = 12582912 + 127; // 1.5·2²³: what is added to it ends as a whole number in its lowest bits, here with the bias of exponents

/** e^x, relative error below 2e-7; 0 below −87.3, and the largest power of its range above 88.3. */
@inline
export function exp4(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(SMALLEST)), f32x4.splat(LARGEST)); // as written, NaN passes
  const shifted = fma4(clamped, f32x4.splat(LOG2E), f32x4.splat(ROUNDING));
  const n = f32x4.sub(shifted, f32x4.splat(ROUNDING));
  const r = f32x4.sub(f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.splat(1.9875691500e-4);
  p = fma4(p, r, f32x4.splat(1.3981999507e-3));
  p = fma4(p, r, f32x4.splat(8.3334519073e-3));
  p = fma4(p, r, f32x4.splat(4.1665795894e-2));
  p = fma4(p, r, f32x4.splat(1.6666665459e-1));
  p = fma4(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(fma4(p, f32x4.mul(r, r), r), f32x4.splat(1));
  return v128.andnot(f32x4.mul(p, i32x4.shl(shifted, 23)), f32x4.lt(x, f32x4.splat(SMALLEST)));
}

/**
 * 2^x for |x| ≤ 60, relative error below 2e-7 + 6e-8·|x|, and 2^±60 beyond: all that the activations below need, in fewer steps,
 * and their products with small numbers stay far from the subnormal ones.
 */
@inline
function power4(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-60)), f32x4.splat(60));
  const shifted = f32x4.add(clamped, f32x4.splat(ROUNDING));
  const f = f32x4.sub(clamped, f32x4.sub(shifted, f32x4.splat(ROUNDING)));
  let p = f32x4.splat(1.5461445e-4); // the best polynomial on [−½, ½] that is 1 at 0
  p = fma4(p, f, f32x4.splat(1.3400428e-3));
  p = fma4(p, f, f32x4.splat(9.6180569e-3));
  p = fma4(p, f, f32x4.splat(5.5503272e-2));
  p = fma4(p, f, f32x4.splat(2.4022651e-1));
  p = fma4(p, f, f32x4.splat(6.9314718e-1));
  p = fma4(p, f, f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** tanh x = 1 − 2/(e^2x + 1), absolute error below 2e-7. */
@inline
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const power = power4(f32x4.mul(x, f32x4.splat(2 * LOG2E)));
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(power, one)));
}

/** 1/(1 + e^−x), absolute error below 1e-7. */
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, power4(f32x4.mul(x, f32x4.splat(-LOG2E)))));
}

/** The sum of the four lanes. */
@inline
export function sumLanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** The first `count` (1 to 3) floats at `pointer`, then zeros: the ragged end of a row. */
@inline
export function loadPart(pointer: usize, count: i32): v128 {
  let x = v128.load32_zero(pointer);
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(pointer, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(pointer, 8));
  return x;
}

/** Stores the first `count` (1 to 3) lanes. */
@inline
export function storePart(pointer: usize, x: v128, count: i32): void {
  store<f32>(pointer, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(pointer, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(pointer, f32x4.extract_lane(x, 2), 8);
}

/** Four floats, or the first `lanes` of them and zeros. */
@inline
export function loadLanes(pointer: usize, lanes: i32): v128 {
  return lanes >= 4 ? v128.load(pointer) : loadPart(pointer, lanes);
}

/** Stores four floats, or the first `lanes` of them. */
@inline
export function storeLanes(pointer: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(pointer, value);
  else storePart(pointer, value, lanes);
}

/** a·b + c. */
@inline
export function fma4(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * x, or 0 below 1e-25. A gradient that fades over time would else end in subnormal numbers, with which processors compute many
 * times slower. NaN stays NaN.
 */
@inline
export function faded4(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(1e-25)));
}

/** 1 − x. */
@inline
export function complement4(x: v128): v128 {
  return f32x4.sub(f32x4.splat(1), x);
}

/** y·(1 − y), the derivative of the sigmoid where it is y. */
@inline
export function sigmoidSlope4(y: v128): v128 {
  return f32x4.mul(y, complement4(y));
}

/** 1 − y², the derivative of tanh where it is y. */
@inline
export function tanhSlope4(y: v128): v128 {
  return complement4(f32x4.mul(y, y));
}

/** ln x, relative error below 2e-7 (Cephes); −∞ at 0 and NaN below. */
@inline
export function log4(x: v128): v128 {
  const normal = f32x4.max(x, f32x4.splat(1.17549435e-38));
  const bits = i32x4.sub(i32x4.shr_u(normal, 23), i32x4.splat(126));
  let mantissa = v128.or(v128.and(normal, i32x4.splat(0x007fffff)), f32x4.splat(0.5)); // in [0.5, 1)
  const small = f32x4.lt(mantissa, f32x4.splat(0.707106781186547524));
  const exponent = f32x4.sub(f32x4.convert_i32x4_s(bits), v128.and(small, f32x4.splat(1)));
  mantissa = f32x4.sub(f32x4.add(mantissa, v128.and(small, mantissa)), f32x4.splat(1));
  const square = f32x4.mul(mantissa, mantissa);
  let p = f32x4.splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(-1.1514610310e-1));
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(1.1676998740e-1));
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, mantissa), f32x4.splat(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, mantissa), square);
  p = f32x4.add(p, f32x4.mul(exponent, f32x4.splat(LN2_LOW)));
  p = f32x4.sub(p, f32x4.mul(square, f32x4.splat(0.5)));
  const result = f32x4.add(f32x4.add(mantissa, p), f32x4.mul(exponent, f32x4.splat(LN2_HIGH)));
  const zero = v128.bitselect(f32x4.splat(-Infinity), result, f32x4.eq(x, f32x4.splat(0)));
  return v128.bitselect(zero, f32x4.splat(NaN), f32x4.ge(x, f32x4.splat(0)));
}

/** The largest of the four lanes. */
@inline
export function maxLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.max(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2)), 0);
}

@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

@inline
export function log1(x: f32): f32 {
  return f32x4.extract_lane(log4(f32x4.splat(x)), 0);
}
