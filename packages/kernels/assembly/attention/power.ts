/** Powers of two, for weights: energies of this folder are in base 2, which saves a third of an exponential. */

export const LOG2E: f32 = 1.44269504088896341;

const ROUNDING: f32 = 12582912 + 127; // 1.5·2²³: what is added to it ends as a whole number in its lowest bits, here with the bias of exponents

/** 2^x for x ≤ 0, relative error below 1.5e-7; 0 below −126.5, as the exponent's bits then are, and NaN stays NaN. */
@inline
export function power4(x: v128): v128 {
  const clamped = f32x4.pmax(x, f32x4.splat(-127)); // as written, NaN passes
  const shifted = f32x4.add(clamped, f32x4.splat(ROUNDING));
  const f = f32x4.sub(clamped, f32x4.sub(shifted, f32x4.splat(ROUNDING)));
  let p = f32x4.splat(1.3276472e-3); // the polynomial whose ratio to 2^f on [−½, ½] varies least
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(9.6755413e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(5.5507133e-2));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(2.4022120e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(6.9314697e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}
