/** The posterior of Gaussians' parameters, by contract: what depends on the type of covariance. */

/** Changes nothing but the arrays of its posterior. Statistics are about the prior's means. */
export interface GaussianPosterior {
  readonly statisticsSize: number;
  /** As if each state had seen `rows` rows of these variances [D] about its mean. */
  start(rows: number, variances: Float64Array): void;
  /** E[log p(row | state)]: values [n,D] → out [n,K]. */
  expectedLogProbability(values: Float64Array, out: Float64Array): void;
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void;
  update(statistics: Float64Array): void;
  /** KL(posterior ‖ prior), summed over states. */
  divergence(): number;
}
