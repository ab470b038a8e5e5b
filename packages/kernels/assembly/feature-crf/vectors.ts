/** Long float64 vectors: what optimisers do with all weights at once. */

/** sums [⌈n/chunk⌉] = Σ x·y over each chunk; added up in order they are the same however many threads took part. */
export function dotChunks64(x: usize, y: usize, sums: usize, n: i32, chunk: i32): void {
  for (let start = 0; start < n; start += chunk, sums += 8) {
    const count = min(chunk, n - start);
    let s0 = f64x2.splat(0), s1 = s0;
    let j = 0;
    for (; j + 4 <= count; j += 4, x += 32, y += 32) {
      s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    }
    s0 = f64x2.add(s0, s1);
    let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    for (; j < count; j++, x += 8, y += 8) sum += load<f64>(x) * load<f64>(y);
    store<f64>(sums, sum);
  }
}

/** out [n] = a·x + b·y; out may be x or y. */
export function combine64(a: f64, x: usize, b: f64, y: usize, out: usize, n: i32): void {
  const as = f64x2.splat(a), bs = f64x2.splat(b);
  let j = 0;
  for (; j + 2 <= n; j += 2, x += 16, y += 16, out += 16) {
    v128.store(out, f64x2.add(f64x2.mul(as, v128.load(x)), f64x2.mul(bs, v128.load(y))));
  }
  if (j < n) store<f64>(out, a * load<f64>(x) + b * load<f64>(y));
}
