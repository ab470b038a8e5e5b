/** Gaussian emissions: log densities of rows x [n,D] in K states, with diagonal covariances or by factors of full ones. */
import { bytes, loadSome, padded, storeSome } from '../chain/rows';

/** Bytes of workspace of `gaussianDiagLogDensity`. */
export function gaussianDiagWorkspace(K: i32, D: i32): usize {
  return bytes<f64>((2 * D + 1) * padded<f64>(K));
}

/** logs [n,K] = constants_k − ½ Σ_d (x_d − means_kd)²·precisions_kd; constants [K], means and precisions [K,D]. */
export function gaussianDiagLogDensity(
  x: usize, means: usize, precisions: usize, constants: usize, logs: usize, workspace: usize, n: i32, K: i32, D: i32,
): void {
  const P = padded<f64>(K), row = bytes<f64>(P);
  const turned = workspace, start = workspace + <usize>(2 * D) * row;
  memory.fill(workspace, 0, <usize>(2 * D + 1) * row);
  memory.copy(start, constants, bytes<f64>(K));
  for (let k = 0; k < K; k++) { // pairs of states: means, then −½ precisions
    for (let d = 0; d < D; d++, means += 8, precisions += 8) {
      const at = turned + ((<usize>(k >> 1) * <usize>D + <usize>d) << 5) + (<usize>(k & 1) << 3);
      store<f64>(at, load<f64>(means));
      store<f64>(at, -0.5 * load<f64>(precisions), 16);
    }
  }
  const line = bytes<f64>(D);
  let r = 0;
  for (; r + 4 <= n; r += 4, x += 4 * line, logs += 4 * bytes<f64>(K)) fourRows(x, turned, start, logs, K, D);
  for (; r < n; r++, x += line, logs += bytes<f64>(K)) oneRow(x, turned, start, logs, K, D);
}

function fourRows(x: usize, turned: usize, start: usize, logs: usize, K: i32, D: i32): void {
  const line = bytes<f64>(D), next = bytes<f64>(K);
  const end = x + line;
  for (let j = 0; j < K; j += 2, start += 16, logs += 16) {
    let a0 = v128.load(start), a1 = a0, a2 = a0, a3 = a0;
    let at = x;
    do {
      const mean = v128.load(turned), weight = v128.load(turned, 16);
      a0 = f64x2.add(f64x2.mul(square(f64x2.sub(v128.load_splat<f64>(at), mean)), weight), a0);
      a1 = f64x2.add(f64x2.mul(square(f64x2.sub(v128.load_splat<f64>(at + line), mean)), weight), a1);
      a2 = f64x2.add(f64x2.mul(square(f64x2.sub(v128.load_splat<f64>(at + 2 * line), mean)), weight), a2);
      a3 = f64x2.add(f64x2.mul(square(f64x2.sub(v128.load_splat<f64>(at + 3 * line), mean)), weight), a3);
      at += 8, turned += 32;
    } while (at < end);
    storeSome<f64>(logs, a0, K - j), storeSome<f64>(logs + next, a1, K - j);
    storeSome<f64>(logs + 2 * next, a2, K - j), storeSome<f64>(logs + 3 * next, a3, K - j);
  }
}

function oneRow(x: usize, turned: usize, start: usize, logs: usize, K: i32, D: i32): void {
  for (let j = 0; j < K; j += 2, start += 16, logs += 16) {
    let sum = v128.load(start);
    for (let d = 0; d < D; d++, turned += 32) {
      const difference = f64x2.sub(v128.load_splat<f64>(x + bytes<f64>(d)), v128.load(turned));
      sum = f64x2.add(f64x2.mul(square(difference), v128.load(turned, 16)), sum);
    }
    storeSome<f64>(logs, sum, K - j);
  }
}

@inline
function square(x: v128): v128 {
  return f64x2.mul(x, x);
}

/** Bytes of workspace of `gaussianFullLogDensity`. */
export function gaussianFullWorkspace(K: i32, D: i32): usize {
  const whole = (D + 3) & ~3;
  return bytes<f64>(K * whole * whole + 8 * whole + 4 * K);
}

/**
 * logs [n,K] = constants_k − ½ |W_k (x − means_k)|², where W [K,D,D] are lower triangular with WᵀW the inverse covariances, that is the inverses of
 * their Cholesky factors; what stands above their diagonals is not read. constants [K], means [K,D].
 */
export function gaussianFullLogDensity(
  x: usize, means: usize, factors: usize, constants: usize, logs: usize, workspace: usize, n: i32, K: i32, D: i32,
): void {
  const whole = (D + 3) & ~3;
  const panels = workspace;
  const values = panels + bytes<f64>(K * whole * whole); // [whole,4]: four rows, turned
  const differences = values + bytes<f64>(4 * whole);
  const results = differences + bytes<f64>(4 * whole); // [K,4]
  packFactors(factors, panels, K, D);
  memory.fill(values, 0, bytes<f64>(8 * whole));
  const line = bytes<f64>(D);
  for (let r = 0; r < n; r += 4, x += 4 * line) {
    const count = min(4, n - r);
    for (let lane = 0; lane < count; lane++) {
      for (let d = 0; d < D; d++) store<f64>(values + bytes<f64>(4 * d + lane), load<f64>(x + <usize>lane * line + bytes<f64>(d)));
    }
    for (let k = 0; k < K; k++) {
      densities(
        values, means + <usize>k * line, panels + bytes<f64>(k * whole * whole), load<f64>(constants + bytes<f64>(k)), differences,
        results + bytes<f64>(4 * k), D,
      );
    }
    for (let lane = 0; lane < count; lane++) {
      for (let k = 0; k < K; k++, logs += 8) store<f64>(logs, load<f64>(results + bytes<f64>(4 * k + lane)));
    }
  }
}

/** Panels of four rows of each factor, as far as its diagonal: the four numbers of a column stand together; 0 where there is none. */
function packFactors(factors: usize, panels: usize, K: i32, D: i32): void {
  const whole = (D + 3) & ~3;
  memory.fill(panels, 0, bytes<f64>(K * whole * whole));
  for (let k = 0; k < K; k++, factors += bytes<f64>(D * D)) {
    let panel = panels + bytes<f64>(k * whole * whole);
    for (let top = 0; top < D; top += 4) {
      for (let i = top; i < min(top + 4, D); i++) {
        for (let d = 0; d <= i; d++) store<f64>(panel + bytes<f64>(4 * d + i - top), load<f64>(factors + bytes<f64>(i * D + d)));
      }
      panel += bytes<f64>(4 * (top + 4));
    }
  }
}

/** results [4] = constant − ½ |W (x − mean)|² of four rows. */
function densities(values: usize, mean: usize, panel: usize, constant: f64, differences: usize, results: usize, D: i32): void {
  for (let d = 0; d < D; d++, mean += 8) {
    const at = <usize>d << 5;
    const m = v128.load_splat<f64>(mean);
    v128.store(differences + at, f64x2.sub(v128.load(values + at), m));
    v128.store(differences + at, f64x2.sub(v128.load(values + at, 16), m), 16);
  }
  let left = f64x2.splat(0), right = left;
  for (let top = 0; top < D; top += 4) {
    let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let y = differences;
    const end = panel + bytes<f64>(4 * (top + 4));
    do {
      const near = v128.load(y), far = v128.load(y, 16);
      let w = v128.load_splat<f64>(panel);
      a0 = f64x2.add(f64x2.mul(w, near), a0);
      b0 = f64x2.add(f64x2.mul(w, far), b0);
      w = v128.load_splat<f64>(panel, 8);
      a1 = f64x2.add(f64x2.mul(w, near), a1);
      b1 = f64x2.add(f64x2.mul(w, far), b1);
      w = v128.load_splat<f64>(panel, 16);
      a2 = f64x2.add(f64x2.mul(w, near), a2);
      b2 = f64x2.add(f64x2.mul(w, far), b2);
      w = v128.load_splat<f64>(panel, 24);
      a3 = f64x2.add(f64x2.mul(w, near), a3);
      b3 = f64x2.add(f64x2.mul(w, far), b3);
      panel += 32, y += 32;
    } while (panel < end);
    left = f64x2.add(left, f64x2.add(f64x2.add(square(a0), square(a1)), f64x2.add(square(a2), square(a3))));
    right = f64x2.add(right, f64x2.add(f64x2.add(square(b0), square(b1)), f64x2.add(square(b2), square(b3))));
  }
  v128.store(results, f64x2.sub(f64x2.splat(constant), f64x2.mul(f64x2.splat(0.5), left)));
  v128.store(results, f64x2.sub(f64x2.splat(constant), f64x2.mul(f64x2.splat(0.5), right)), 16);
}
