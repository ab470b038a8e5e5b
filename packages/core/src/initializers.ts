/** Initial values of parameters: functions of a shape and a stream of random numbers. */
import { OptionError } from './errors.js';
import type { Rng } from './rng.js';

/** Fills a parameter of `shape` (row-major), drawing from `rng`. */
export type Initializer = (shape: readonly number[], rng: Rng) => Float32Array;

export const zeros: Initializer = (shape) => new Float32Array(sizeOf(shape));
export const ones: Initializer = (shape) => new Float32Array(sizeOf(shape)).fill(1);
export const constant =
  (value: number): Initializer =>
  (shape) =>
    new Float32Array(sizeOf(shape)).fill(value);

/** Uniform in [-limit, limit). */
export const uniform =
  (limit: number): Initializer =>
  (shape, rng) =>
    fill(shape, () => (2 * rng.uniform() - 1) * limit);

/** Normal with mean 0. */
export const normal =
  (deviation: number): Initializer =>
  (shape, rng) =>
    fill(shape, () => rng.normal() * deviation);

/** Glorot and Bengio 2010: uniform with variance 2 / (fan in + fan out); the fans are the last two dimensions. */
export const glorotUniform: Initializer = (shape, rng) => {
  const [fanIn, fanOut] = fans(shape);
  return uniform(Math.sqrt(6 / (fanIn + fanOut)))(shape, rng);
};

/** He et al. 2015 (arXiv:1502.01852): uniform with variance 2 / fan in, for rectifiers. */
export const heUniform: Initializer = (shape, rng) => uniform(Math.sqrt(6 / fans(shape)[0]))(shape, rng);

/**
 * Orthogonal matrices (Saxe et al., arXiv:1312.6120) by Householder QR; a shape [n, g·n] becomes g square blocks side by side,
 * one per gate, so that every gate of a recurrent layer starts orthogonal.
 */
export const orthogonal: Initializer = (shape, rng) => {
  if (shape.length !== 2) throw new OptionError('orthogonal', `needs a matrix shape, got [${shape.join(',')}]`);
  const [rows, columns] = shape as [number, number];
  if (columns <= rows || columns % rows !== 0) return orthogonalBlock(rows, columns, rng);
  const out = new Float32Array(rows * columns);
  for (let offset = 0; offset < columns; offset += rows) {
    const block = orthogonalBlock(rows, rows, rng);
    for (let r = 0; r < rows; r++) out.set(block.subarray(r * rows, (r + 1) * rows), r * columns + offset);
  }
  return out;
};

/** A matrix [rows, columns] whose shorter side is orthonormal. */
function orthogonalBlock(rows: number, columns: number, rng: Rng): Float32Array {
  const [long, short] = rows >= columns ? [rows, columns] : [columns, rows];
  const q = householderQ(
    Float64Array.from({ length: long * short }, () => rng.normal()),
    long,
    short,
  );
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < long; i++) {
    for (let j = 0; j < short; j++) out[rows >= columns ? i * short + j : j * long + i] = q[i * short + j] as number;
  }
  return out;
}

/** The thin Q of the QR decomposition of `a` [m,n], m ≥ n, with R's diagonal positive (so that Q is uniformly distributed). */
function householderQ(a: Float64Array, m: number, n: number): Float64Array {
  const reflectors: Float64Array[] = [];
  const signs = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const v = new Float64Array(m);
    for (let i = k; i < m; i++) v[i] = a[i * n + k] as number;
    const alpha = -Math.sign((v[k] as number) || 1) * norm(v);
    v[k] = (v[k] as number) - alpha;
    const length = norm(v);
    if (length > 0) for (let i = k; i < m; i++) v[i] = (v[i] as number) / length;
    reflect(a, v, m, n, k);
    reflectors.push(v);
    signs[k] = Math.sign(alpha) || 1;
  }
  const q = new Float64Array(m * n);
  for (let k = 0; k < n; k++) q[k * n + k] = signs[k] as number;
  for (let k = n - 1; k >= 0; k--) reflect(q, reflectors[k] as Float64Array, m, n, k);
  return q;
}

/** a ← (I − 2vvᵀ)a from row and column `first`, above and left of which it changes nothing; row by row, as a lies in memory. */
function reflect(a: Float64Array, v: Float64Array, m: number, n: number, first: number): void {
  const dots = new Float64Array(n);
  for (let i = first; i < m; i++) {
    const scale = v[i] as number;
    for (let j = first; j < n; j++) dots[j] = (dots[j] as number) + scale * (a[i * n + j] as number);
  }
  for (let i = first; i < m; i++) {
    const scale = 2 * (v[i] as number);
    for (let j = first; j < n; j++) a[i * n + j] = (a[i * n + j] as number) - scale * (dots[j] as number);
  }
}

function norm(v: Float64Array): number {
  return Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
}

function fill(shape: readonly number[], draw: () => number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, draw);
}

function fans(shape: readonly number[]): [number, number] {
  const last = shape.at(-1) ?? 1;
  const receptive = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [receptive * (shape.at(-2) ?? last), receptive * last];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
