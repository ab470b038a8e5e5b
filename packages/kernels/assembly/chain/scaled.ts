/**
 * One step of a chain as a product of a row vector with exp(transition), each column of it scaled so that nothing overflows. Where so
 * much underflows that a sum would be wrong, the step is done in the log domain instead.
 */
import { bytes, copyRow, expOf, impossible, lanes } from './rows';

/** A scaled sum below this may have lost what it should contain. */
@inline
function trusted<T>(): T {
  return sizeof<T>() == 4 ? <T>1e-25 : <T>1e-280;
}

/** weights [P,P] = exp(transition [K,K] − its column's largest) and 1 in the padding, scale [P] = the largest of each column. */
export function scaledExponentials<T>(transition: usize, weights: usize, scale: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j++) store<T>(scale + bytes<T>(j), impossible<T>());
  for (let at = bytes<T>(K * P), end = bytes<T>(P * P); at < end; at += sizeof<T>()) store<T>(weights + at, 1);
  for (let i = 0; i < K; i++) {
    copyRow<T>(transition + bytes<T>(i * K), weights + bytes<T>(i * P), K, P);
    for (let j = 0; j < P; j += lanes<T>()) {
      const at = scale + bytes<T>(j);
      v128.store(at, v128.pmax<T>(v128.load(at), v128.load(weights + bytes<T>(i * P + j))));
    }
  }
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < P; j += lanes<T>()) {
      const at = weights + bytes<T>(i * P + j);
      v128.store(at, expOf<T>(v128.sub<T>(v128.load(at), v128.load(scale + bytes<T>(j)))));
    }
  }
}

/** out [P] = Σ_i x_i·weights_ij over i < K; false where a sum is too small to be trusted. */
export function weightedSums<T>(x: usize, weights: usize, out: usize, K: i32, P: i32): bool {
  const line = bytes<T>(P);
  const low = v128.splat<T>(trusted<T>());
  let lost = v128.splat<T>(0);
  let j = 0;
  for (; j + 4 * lanes<T>() <= P; j += 4 * lanes<T>()) {
    let s0 = v128.splat<T>(0), s1 = s0, s2 = s0, s3 = s0;
    for (let i = 0, at = weights + bytes<T>(j); i < K; i++, at += line) {
      const factor = v128.splat<T>(load<T>(x + bytes<T>(i)));
      s0 = v128.add<T>(s0, v128.mul<T>(factor, v128.load(at)));
      s1 = v128.add<T>(s1, v128.mul<T>(factor, v128.load(at, 16)));
      s2 = v128.add<T>(s2, v128.mul<T>(factor, v128.load(at, 32)));
      s3 = v128.add<T>(s3, v128.mul<T>(factor, v128.load(at, 48)));
    }
    const target = out + bytes<T>(j);
    v128.store(target, s0), v128.store(target, s1, 16), v128.store(target, s2, 32), v128.store(target, s3, 48);
    const least = v128.pmin<T>(v128.pmin<T>(s0, s1), v128.pmin<T>(s2, s3));
    lost = v128.or(lost, v128.lt<T>(least, low));
  }
  for (; j < P; j += lanes<T>()) {
    let s0 = v128.splat<T>(0), s1 = s0;
    let at = weights + bytes<T>(j);
    let i = 0;
    for (; i + 2 <= K; i += 2, at += 2 * line) {
      s0 = v128.add<T>(s0, v128.mul<T>(v128.splat<T>(load<T>(x + bytes<T>(i))), v128.load(at)));
      s1 = v128.add<T>(s1, v128.mul<T>(v128.splat<T>(load<T>(x + bytes<T>(i + 1))), v128.load(at + line)));
    }
    if (i < K) s0 = v128.add<T>(s0, v128.mul<T>(v128.splat<T>(load<T>(x + bytes<T>(i))), v128.load(at)));
    const sum = v128.add<T>(s0, s1);
    v128.store(out + bytes<T>(j), sum);
    lost = v128.or(lost, v128.lt<T>(sum, low));
  }
  return !v128.any_true(lost);
}
