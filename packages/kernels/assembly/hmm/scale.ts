/** From the logarithms of likelihoods to numbers that cannot underflow together: each row relative to its largest. */
import { bytes, loadSome } from '../chain/rows';
import { exp64x2 } from '../math64';

/** numbers [n,P] = exp(logs [n,K] − their row's largest), tops [n] = those; a row where all is −∞ becomes 0. */
export function scaleRows(logs: usize, numbers: usize, tops: usize, n: i32, K: i32, P: i32): void {
  const line = bytes<f64>(K);
  const odd = (K & 1) != 0;
  for (let r = 0; r < n; r++, logs += line, tops += 8) {
    const top = largest(logs, K);
    store<f64>(tops, top);
    const shift = f64x2.splat(top == -Infinity ? 0 : top);
    let j = 0;
    for (; j + 2 <= K; j += 2, numbers += 16) {
      v128.store(numbers, exp64x2(f64x2.sub(v128.load(logs + bytes<f64>(j)), shift)));
    }
    if (odd) {
      const last = exp64x2(f64x2.sub(v128.load64_zero(logs + bytes<f64>(j)), shift));
      v128.store(numbers, f64x2.replace_lane(last, 1, 0));
      numbers += 16;
    }
  }
}

@inline
function largest(row: usize, K: i32): f64 {
  let top = f64x2.splat(-Infinity);
  let j = 0;
  for (; j + 2 <= K; j += 2) top = f64x2.pmax(top, v128.load(row + bytes<f64>(j)));
  let value = Math.max(f64x2.extract_lane(top, 0), f64x2.extract_lane(top, 1));
  if (j < K) value = Math.max(value, load<f64>(row + bytes<f64>(j)));
  return value;
}

/** Σ of the tops of the rows that `symbols` [n] name, or of the first n. */
export function sumOfTops(tops: usize, symbols: usize, n: i32): f64 {
  let even: f64 = 0, odd: f64 = 0;
  for (let t = 0; t < n; t++) {
    const top = load<f64>(tops + (<usize>(symbols != 0 ? load<i32>(symbols + (<usize>t << 2)) : t) << 3));
    if (t & 1) odd += top;
    else even += top;
  }
  return even + odd;
}
