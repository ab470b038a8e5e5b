/** What hidden Markov models compute for each observation, in float64: Gaussian log densities, and sums weighted by posteriors. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';

export interface HMMEmissionExports {
  gaussianDiagWorkspace(K: number, D: number): number;
  gaussianDiagLogDensity(
    ...parameters: [
      ...[x: number, means: number, precisions: number, constants: number, logs: number, workspace: number],
      ...[n: number, K: number, D: number],
    ]
  ): void;
  gaussianFullWorkspace(K: number, D: number): number;
  gaussianFullLogDensity(
    ...parameters: [
      ...[x: number, means: number, factors: number, constants: number, logs: number, workspace: number],
      ...[n: number, K: number, D: number],
    ]
  ): void;
  centreRows(x: number, origin: number, n: number, D: number): number;
  weightedMoments(
    ...parameters: [
      ...[x: number, weights: number, masses: number, sums: number, squares: number],
      ...[n: number, K: number, D: number],
    ]
  ): void;
  weightedProductsWorkspace(D: number): number;
  weightedProducts(
    ...parameters: [x: number, weights: number, products: number, workspace: number, n: number, K: number, D: number]
  ): void;
  scatterRows(symbols: number, weights: number, counts: number, n: number, K: number): void;
}

/** How many observations, states, and numbers in an observation there are. */
export interface EmissionSizes {
  n: number;
  K: number;
  D: number;
}

/** Pointers to x [n,D], means [K,D], precisions [K,D] (1 / variance), constants [K] (−½ Σ_d log 2π·variance), and to the result, logs [n,K]. */
export interface GaussianDiag extends EmissionSizes {
  x: number;
  means: number;
  precisions: number;
  constants: number;
  logs: number;
}

/** logs_rk = constants_k − ½ Σ_d (x_rd − means_kd)²·precisions_kd; a row with a NaN has NaN. */
export function gaussianDiagLogDensity({ exports, memory }: Kernels, gaussian: GaussianDiag): void {
  const { x, means, precisions, constants, logs, n, K, D } = gaussian;
  scope(memory, (allocate) => {
    const workspace = allocate(exports.gaussianDiagWorkspace(K, D));
    exports.gaussianDiagLogDensity(x, means, precisions, constants, logs, workspace, n, K, D);
  });
}

/**
 * Pointers to x [n,D], means [K,D], factors [K,D,D] (W, lower triangular, the inverse of the covariance's Cholesky factor; what is above the diagonal is not
 * read), constants [K] (−½ D·log 2π + Σ_d log W_dd), and to the result, logs [n,K].
 */
export interface GaussianFull extends EmissionSizes {
  x: number;
  means: number;
  factors: number;
  constants: number;
  logs: number;
}

/** logs_rk = constants_k − ½ |W_k (x_r − means_k)|²; a row with a NaN has NaN. */
export function gaussianFullLogDensity({ exports, memory }: Kernels, gaussian: GaussianFull): void {
  const { x, means, factors, constants, logs, n, K, D } = gaussian;
  scope(memory, (allocate) => {
    const workspace = allocate(exports.gaussianFullWorkspace(K, D));
    exports.gaussianFullLogDensity(x, means, factors, constants, logs, workspace, n, K, D);
  });
}

/** x [n,D] −= origin [D], row by row; whether there is a NaN in it. */
export function centreRows({ exports }: Kernels, x: number, origin: number, n: number, D: number): boolean {
  return exports.centreRows(x, origin, n, D) !== 0;
}

/** Pointers to x [n,D] and weights [n,K], and to sums that are added to: masses [K], sums [K,D], squares [K,D] (unless left out). */
export interface WeightedMoments extends EmissionSizes {
  x: number;
  weights: number;
  masses: number;
  sums: number;
  squares?: number;
}

/** masses_k += Σ_r w_rk, sums_kd += Σ_r w_rk·x_rd, squares_kd += Σ_r w_rk·x_rd²; variances come out of that best where x is centred. */
export function weightedMoments({ exports }: Kernels, moments: WeightedMoments): void {
  const { x, weights, masses, sums, squares = 0, n, K, D } = moments;
  exports.weightedMoments(x, weights, masses, sums, squares, n, K, D);
}

/** Pointers to x [n,D], weights [n,K] and to products [K,D,D], which are added to. */
export interface WeightedProducts extends EmissionSizes {
  x: number;
  weights: number;
  products: number;
}

/** products_k += Σ_r w_rk · x_r x_rᵀ, symmetric to the bit. */
export function weightedProducts(
  { exports, memory }: Kernels,
  { x, weights, products, n, K, D }: WeightedProducts,
): void {
  scope(memory, (allocate) => {
    exports.weightedProducts(x, weights, products, allocate(exports.weightedProductsWorkspace(D)), n, K, D);
  });
}

/** Pointers to symbols [n] int32 (below V, not checked), weights [n,K] and counts [V,K], which are added to. */
export interface SymbolCounts {
  symbols: number;
  weights: number;
  counts: number;
  n: number;
  K: number;
}

/** counts_vk += Σ of the weights_rk of the rows whose symbol is v. */
export function symbolCounts({ exports }: Kernels, { symbols, weights, counts, n, K }: SymbolCounts): void {
  exports.scatterRows(symbols, weights, counts, n, K);
}
