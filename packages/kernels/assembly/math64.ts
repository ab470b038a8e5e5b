/** Exponential and logarithm on two float64 numbers at once (Cephes' and fdlibm's polynomials). NaN stays NaN. */

const LOG2E: f64 = 1.4426950408889634;
const SMALLEST: f64 = -708.39; // what is below makes subnormal numbers, which cost a hundred cycles each
const LARGEST: f64 = 709.4361393031039;
const ROUNDING: f64 = 6755399441055744 + 1023; // 1.5·2⁵²: what is added to it ends as a whole number in its lowest bits, here with the bias of exponents

/** e^x, relative error below 4e-16; 0 below −708.4, and the largest power of its range above 709.4. */
@inline
export function exp64x2(x: v128): v128 {
  const clamped = f64x2.pmin(f64x2.pmax(x, f64x2.splat(SMALLEST)), f64x2.splat(LARGEST)); // as written, NaN passes
  const shifted = f64x2.add(f64x2.mul(clamped, f64x2.splat(LOG2E)), f64x2.splat(ROUNDING));
  const n = f64x2.sub(shifted, f64x2.splat(ROUNDING));
  const high = f64x2.sub(clamped, f64x2.mul(n, f64x2.splat(6.93145751953125e-1)));
  const r = f64x2.sub(high, f64x2.mul(n, f64x2.splat(1.42860682030941723212e-6)));
  const square = f64x2.mul(r, r);
  let p = fma(f64x2.splat(1.26177193074810590878e-4), square, 3.02994407707441961300e-2);
  p = f64x2.mul(fma(p, square, 9.99999999999999999910e-1), r);
  let q = fma(f64x2.splat(3.00198505138664455042e-6), square, 2.52448340349684104192e-3);
  q = fma(fma(q, square, 2.27265548208155028766e-1), square, 2.00000000000000000009e0);
  const power = f64x2.add(f64x2.splat(1), f64x2.mul(f64x2.splat(2), f64x2.div(p, f64x2.sub(q, p))));
  return v128.andnot(f64x2.mul(power, i64x2.shl(shifted, 52)), f64x2.lt(x, f64x2.splat(SMALLEST)));
}

/** ln x, relative error below 4e-16; −∞ at 0 and NaN below. */
@inline
export function log64x2(x: v128): v128 {
  const normal = f64x2.max(x, f64x2.splat(f64.MIN_NORMAL_VALUE));
  let mantissa = v128.or(v128.and(normal, i64x2.splat(0x000fffffffffffff)), f64x2.splat(0.5)); // in [0.5, 1)
  const small = f64x2.lt(mantissa, f64x2.splat(Math.SQRT1_2));
  const shifted = i32x4.shr_u(v128.shuffle<i32>(normal, normal, 1, 3, 1, 3), 20);
  const exponent = f64x2.sub(
    f64x2.convert_low_i32x4_s(i32x4.sub(shifted, i32x4.splat(1022))), v128.and(small, f64x2.splat(1)),
  );
  mantissa = f64x2.sub(f64x2.add(mantissa, v128.and(small, mantissa)), f64x2.splat(1)); // f = m − 1
  const s = f64x2.div(mantissa, f64x2.add(mantissa, f64x2.splat(2)));
  const z = f64x2.mul(s, s);
  let r = fma(f64x2.splat(1.479819860511658591e-1), z, 1.531383769920937332e-1);
  r = fma(fma(r, z, 1.818357216161805012e-1), z, 2.222219843214978396e-1);
  r = fma(fma(r, z, 2.857142874366239149e-1), z, 3.999999999940941908e-1);
  r = f64x2.mul(fma(r, z, 6.666666666666735130e-1), z);
  const half = f64x2.mul(f64x2.mul(mantissa, mantissa), f64x2.splat(0.5));
  const low = f64x2.mul(exponent, f64x2.splat(1.90821492927058770002e-10));
  const tail = f64x2.sub(half, f64x2.add(f64x2.mul(s, f64x2.add(half, r)), low));
  const result = f64x2.sub(f64x2.mul(exponent, f64x2.splat(6.93147180369123816490e-1)), f64x2.sub(tail, mantissa));
  const zero = v128.bitselect(f64x2.splat(-Infinity), result, f64x2.eq(x, f64x2.splat(0)));
  return v128.bitselect(zero, f64x2.splat(NaN), f64x2.ge(x, f64x2.splat(0)));
}

/** a·b + c. */
@inline
function fma(a: v128, b: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(a, b), f64x2.splat(c));
}
