/** Expectations and divergences of the normal–Wishart distribution of a mean and a precision matrix (Bishop 2006, 10.2 and B). */
import { cholesky, logDeterminant, solveCholesky, solveLower } from '../cholesky.js';
import { digamma } from '../emissions/special/digamma.js';
import { logGamma } from '../emissions/special/log-gamma.js';

/** mean ~ N(m, (βΛ)⁻¹), Λ ~ W(S⁻¹, ν): m [D], S [D,D]. With D = 1 it is a normal–gamma distribution. */
export interface NormalWishart {
  readonly mean: Float64Array;
  readonly beta: number;
  readonly dof: number;
  readonly scale: Float64Array;
}

/** E[log N(x; mean, Λ⁻¹)] less log N(x; m, S/ν), which does not depend on x. */
export function expectedExcess({ mean, beta, dof }: NormalWishart): number {
  const D = mean.length;
  let sum = D * (Math.LN2 - Math.log(dof) - 1 / beta);
  for (let i = 0; i < D; i++) sum += digamma((dof - i) / 2);
  return sum / 2;
}

/** KL of the mean given the precision, expected under the posterior. */
export function meanDivergence(posterior: NormalWishart, prior: NormalWishart): number {
  const ratio = prior.beta / posterior.beta;
  const offset = posterior.mean.map((m, d) => m - prior.mean[d]!);
  const squared = prior.beta * posterior.dof * squaredNorm(factor(posterior), offset);
  return (prior.mean.length * (ratio - 1 - Math.log(ratio)) + squared) / 2;
}

/** KL(posterior ‖ prior) of the precision. */
export function wishartDivergence(posterior: NormalWishart, prior: NormalWishart): number {
  const D = prior.mean.length;
  const lower = factor(posterior);
  const logScales = [lower, factor(prior)].map((L) => logDeterminant(L, D)) as [number, number];
  const expected =
    (posterior.dof - prior.dof) * (expectedLogDeterminant(posterior, lower) - D * Math.LN2) -
    posterior.dof * D +
    posterior.dof * traceOfQuotient(prior.scale, lower, D) +
    posterior.dof * logScales[0] -
    prior.dof * logScales[1];
  return expected / 2 - logMultiGamma(posterior.dof / 2, D) + logMultiGamma(prior.dof / 2, D);
}

/** E[log |Λ|] */
function expectedLogDeterminant({ mean, dof }: NormalWishart, lower: Float64Array): number {
  const D = mean.length;
  let sum = D * Math.LN2 - logDeterminant(lower, D);
  for (let i = 0; i < D; i++) sum += digamma((dof - i) / 2);
  return sum;
}

function factor({ mean, scale }: NormalWishart): Float64Array {
  const lower = new Float64Array(scale.length);
  cholesky(scale, mean.length, lower);
  return lower;
}

/** xᵀS⁻¹x from the factor of S; x is overwritten. */
function squaredNorm(lower: Float64Array, x: Float64Array): number {
  solveLower(lower, x.length, x);
  return x.reduce((sum, y) => sum + y * y, 0);
}

/** tr(A S⁻¹) from the factor of S. */
function traceOfQuotient(a: Float64Array, lower: Float64Array, D: number): number {
  let trace = 0;
  for (let d = 0; d < D; d++) {
    const row = a.slice(d * D, (d + 1) * D);
    solveCholesky(lower, D, row);
    trace += row[d]!;
  }
  return trace;
}

/** log Γ_D(x), up to a constant that depends on D alone. */
function logMultiGamma(x: number, D: number): number {
  let sum = 0;
  for (let i = 0; i < D; i++) sum += logGamma(x - i / 2);
  return sum;
}
