/**
 * Numbers m·2^e with an exponent of their own, four at once: products of thousands of probabilities neither vanish nor need logarithms.
 * m is 0 or in [1, 2), or near it where a number was only multiplied; 0 has the exponent `LOW`.
 */
import { fma4 } from '../math';

const LOG2E: f32 = 1.44269504088896341;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
const ROUNDING: f32 = 12582912; // 1.5·2²³: what is added to it ends as a whole number in its lowest bits
const SMALLEST: f32 = -5000; // what is less probable than e^−5000 is impossible: so sums of exponents stay within 32 bits

/** The exponent of 0: below any other, and far enough from the smallest integer that sums of two do not overflow. */
export const LOW: i32 = -536870912;

/** The whole n with e^x = 2^n·`fraction4(x, n)`, as floats. */
@inline
export function octave4(x: v128): v128 {
  const clamped = f32x4.pmax(x, f32x4.splat(SMALLEST));
  return f32x4.sub(fma4(clamped, f32x4.splat(LOG2E), f32x4.splat(ROUNDING)), f32x4.splat(ROUNDING));
}

/** e^x / 2^n in [0.7, 1.5] (Cephes' polynomial), 0 where x is too small. */
@inline
export function fraction4(x: v128, n: v128): v128 {
  const clamped = f32x4.pmax(x, f32x4.splat(SMALLEST));
  const r = f32x4.sub(f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.splat(1.9875691500e-4);
  p = fma4(p, r, f32x4.splat(1.3981999507e-3));
  p = fma4(p, r, f32x4.splat(8.3334519073e-3));
  p = fma4(p, r, f32x4.splat(4.1665795894e-2));
  p = fma4(p, r, f32x4.splat(1.6666665459e-1));
  p = fma4(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(fma4(p, f32x4.mul(r, r), r), f32x4.splat(1));
  return v128.andnot(p, f32x4.lt(x, f32x4.splat(SMALLEST)));
}

/** 2^(exponent − top), 0 below 2^−126; no exponent may be above `top`. */
@inline
export function below4(exponent: v128, top: v128): v128 {
  const biased = i32x4.add(i32x4.sub(exponent, top), i32x4.splat(127));
  return i32x4.shl(i32x4.max_s(biased, i32x4.splat(0)), 23);
}

/** Stores (a + b + c)·factor, each given by mantissas and exponents; the sum's mantissas in [1, 2), its exponents a plane further. */
export function storeSum4(
  place: usize, plane: usize, am: v128, ae: v128, bm: v128, be: v128, cm: v128, ce: v128, factor: v128, power: v128,
): void {
  const top = i32x4.max_s(i32x4.max_s(ae, be), ce);
  const two = f32x4.add(f32x4.mul(am, below4(ae, top)), f32x4.mul(bm, below4(be, top)));
  const value = f32x4.mul(f32x4.add(two, f32x4.mul(cm, below4(ce, top))), factor);
  const octave = i32x4.shr_u(value, 23);
  const zero = i32x4.eq(octave, i32x4.splat(0));
  const mantissa = v128.or(v128.and(value, i32x4.splat(0x007fffff)), i32x4.splat(0x3f800000));
  const exponent = i32x4.add(i32x4.add(top, power), i32x4.sub(octave, i32x4.splat(127)));
  v128.store(place, v128.andnot(mantissa, zero));
  v128.store(place + plane, v128.bitselect(i32x4.splat(LOW), exponent, zero));
}
