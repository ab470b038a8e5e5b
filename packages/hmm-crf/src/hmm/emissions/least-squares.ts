/** Weighted least squares of several outputs on the same inputs, for every state: their sums, and steps that they call for. */
import { cholesky, solveCholesky } from '../cholesky.js';
import { weightedSums } from './scatter/whole-rows.js';

/** How much of a diagonal is added to it, so that columns may depend on each other: it slows steps, and moves no fixed point. */
const firstRidge = 1e-12;

export interface LeastSquaresSizes {
  /** K, P and Q; of the Q inputs, the last is 1. */
  readonly states: number;
  readonly outputs: number;
  readonly inputs: number;
  /** Whether outputs may be missing one by one: then each has sums over inputs of its own. */
  readonly separate: boolean;
}

/** The sums of one output in one state: Σ weight · x xᵀ [Q,Q], of which the lower half is kept, and Σ weight · x y [Q]. */
export interface NormalEquations {
  readonly products: Float64Array;
  readonly sums: Float64Array;
  /** Σ weight */
  readonly rows: number;
}

/** Where the sums of states and outputs lie in one array. */
export class LeastSquaresSums {
  /** How many numbers all of them take. */
  readonly size: number;
  readonly #sizes: LeastSquaresSizes;
  /** How many outputs share their sums over inputs. */
  readonly #sharing: number;
  readonly #blockSize: number;

  constructor(sizes: LeastSquaresSizes) {
    const { states, outputs, inputs, separate } = sizes;
    this.#sizes = sizes;
    this.#sharing = separate ? 1 : outputs;
    this.#blockSize = inputs * (inputs + this.#sharing);
    this.size = (states * outputs * this.#blockSize) / this.#sharing;
  }

  /** Adds a row: x at `values[at …]` but for the 1, and y [P], of which NaN is left out where outputs are separate. */
  add(all: Float64Array, state: number, values: Float64Array, at: number, y: Float64Array, weight: number): void {
    const { outputs, inputs: Q } = this.#sizes;
    for (let p = 0; p < outputs; p += this.#sharing) {
      if (this.#sharing === 1 && Number.isNaN(y[p]!)) continue;
      const start = this.#start(state, p);
      for (let i = 0; i < Q; i++) {
        const x = weight * (i < Q - 1 ? values[at + i]! : 1);
        for (let j = 0; j <= i; j++) all[start + i * Q + j]! += x * (j < Q - 1 ? values[at + j]! : 1);
        for (let o = 0; o < this.#sharing; o++) all[start + (Q + o) * Q + i]! += x * y[p + o]!;
      }
    }
  }

  /** Adds rows [n,P+Q−1], y then x, with weights [n,K]; none of a row that lacks a value. */
  addRows(all: Float64Array, rows: Float64Array, weights: Float64Array): void {
    const { states, outputs: P, inputs: Q } = this.#sizes;
    const R = P + Q;
    const turned = new Float64Array((rows.length / (R - 1)) * R); // x, 1, y
    for (let at = 0, to = 0; at < rows.length; at += R - 1, to += R) {
      for (let i = 0; i < Q - 1; i++) turned[to + i] = rows[at + P + i]!;
      turned[to + Q - 1] = 1;
      for (let p = 0; p < P; p++) turned[to + Q + p] = rows[at + p]!;
    }
    const { seconds } = weightedSums(turned, new Float64Array(R), weights, 'products');
    for (let k = 0; k < states; k++) {
      for (let p = 0; p < P; p++) {
        const { products, sums } = this.of(all, k, p);
        const own = p % this.#sharing === 0;
        for (let i = 0; i < Q; i++) {
          sums[i]! += seconds[(k * R + Q + p) * R + i]!;
          for (let j = 0; own && j <= i; j++) products[i * Q + j]! += seconds[(k * R + i) * R + j]!;
        }
      }
    }
  }

  of(all: Float64Array, state: number, output: number): NormalEquations {
    const Q = this.#sizes.inputs;
    const start = this.#start(state, output);
    const sums = start + (Q + (output % this.#sharing)) * Q;
    return {
      products: all.subarray(start, start + Q * Q),
      sums: all.subarray(sums, sums + Q),
      rows: all[start + Q * Q - 1]!,
    };
  }

  #start(state: number, output: number): number {
    return Math.floor((state * this.#sizes.outputs + output) / this.#sharing) * this.#blockSize;
  }
}

/**
 * Moves the `free` ones of the coefficients w [Q] so that Σ weight · (y − w·x)² becomes as small as it can. Never makes it greater.
 */
export function improveLeastSquares(
  w: Float64Array,
  { products, sums }: NormalEquations,
  free: readonly number[],
): void {
  const n = free.length;
  const Q = w.length;
  const gradient = Float64Array.from(free, (i) => sums[i]! - symmetricDot(products, i, w));
  const system = new Float64Array(n * n);
  for (let ridge = firstRidge; ridge <= 1; ridge *= 1000) {
    for (const [a, i] of free.entries()) {
      for (let b = 0; b < a; b++) system[a * n + b] = products[i * Q + free[b]!]!;
      system[a * (n + 1)] = products[i * (Q + 1)]! * (1 + ridge) || 1; // a column of zeros moves nothing
    }
    if (!cholesky(system, n, system)) continue;
    const step = gradient.slice();
    solveCholesky(system, n, step);
    const whole = new Float64Array(Q);
    for (const [a, i] of free.entries()) whole[i] = step[a]!;
    const gain = free.reduce((sum, i, a) => sum + step[a]! * (2 * gradient[a]! - symmetricDot(products, i, whole)), 0);
    if (!(gain >= 0)) continue; // columns so dependent that the step is noise
    for (let i = 0; i < Q; i++) w[i]! += whole[i]!;
    return;
  }
}

/** Σ weight · (y − v·x)(z − w·x), from the equations of y and of z, which share their inputs, and Σ weight · y z. */
export function residualProduct(
  [v, { products, sums: xy }]: readonly [Float64Array, NormalEquations],
  [w, { sums: xz }]: readonly [Float64Array, NormalEquations],
  yz: number,
): number {
  let sum = yz;
  for (let i = 0; i < v.length; i++) sum += v[i]! * (symmetricDot(products, i, w) - xz[i]!) - w[i]! * xy[i]!;
  return sum;
}

/** Row i of the symmetric matrix times x. */
function symmetricDot(matrix: Float64Array, i: number, x: Float64Array): number {
  const Q = x.length;
  let sum = 0;
  for (let j = 0; j < Q; j++) sum += matrix[j <= i ? i * Q + j : j * Q + i]! * x[j]!;
  return sum;
}
