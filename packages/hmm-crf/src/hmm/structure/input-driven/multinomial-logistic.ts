/** Multinomial logistic regression with weighted targets: p(j | u) ∝ exp(w_j·u), learned by L-BFGS steps that never lose. */
import { cholesky, solveCholesky } from '../../cholesky.js';
import { logSumExp } from '../../log-domain.js';

/** Rows of inputs [n,P], and how often each class is expected at them [n,K]. */
export interface WeightedTargets {
  readonly rows: Float64Array;
  readonly targets: Float64Array;
}

/** Sizes, and λ of the penalty λ/2·|w|². */
export interface LogisticShape {
  readonly classCount: number;
  readonly width: number;
  readonly penalty: number;
}

const memory = 6;
const sufficientRise = 1e-4;
const halvings = 30;

/** log p(class | row): rows [n,P] and weights [K,P] → out [n,K]. */
export function logSoftmaxRows(rows: Float64Array, weights: Float64Array, width: number, out: Float64Array): void {
  const K = weights.length / width;
  for (let t = 0; t * width < rows.length; t++) {
    const own = out.subarray(t * K, (t + 1) * K);
    energies(rows, t, weights, width, own);
    const logZ = logSumExp(own);
    for (let j = 0; j < K; j++) own[j]! -= logZ;
  }
}

/** Σ targets·log p − λ/2·|w|², and its gradient [K,P] into `gradient`. */
export function logisticObjective(
  { rows, targets }: WeightedTargets,
  weights: Float64Array,
  { classCount: K, width: P, penalty }: LogisticShape,
  gradient: Float64Array,
): number {
  let value = 0;
  for (let i = 0; i < weights.length; i++) {
    gradient[i] = -penalty * weights[i]!;
    value -= (penalty / 2) * weights[i]! ** 2;
  }
  const [energy, exps] = [new Float64Array(K), new Float64Array(K)];
  for (let t = 0; t * K < targets.length; t++) {
    let weight = 0;
    for (let j = 0; j < K; j++) weight += targets[t * K + j]!;
    if (weight === 0) continue;
    const top = energies(rows, t, weights, P, energy);
    let total = 0;
    for (let j = 0; j < K; j++) total += exps[j] = Math.exp(energy[j]! - top);
    value -= weight * (top + Math.log(total));
    for (let j = 0; j < K; j++) {
      const target = targets[t * K + j]!;
      value += target * energy[j]!;
      const slope = target - (weight * exps[j]!) / total;
      for (let i = 0; i < P; i++) gradient[j * P + i]! += slope * rows[t * P + i]!;
    }
  }
  return value;
}

/** The energies w_j·u of one row into out [K], and the greatest of them. */
function energies(rows: Float64Array, t: number, weights: Float64Array, P: number, out: Float64Array): number {
  let top = -Infinity;
  for (let j = 0; j < out.length; j++) {
    let sum = 0;
    for (let i = 0; i < P; i++) sum += weights[j * P + i]! * rows[t * P + i]!;
    out[j] = sum;
    if (sum > top) top = sum;
  }
  return top;
}

/** Moves `weights` [K,P] uphill by at most `steps` steps: the objective never falls. Preconditioned by Böhning's bound of the Hessian (1992). */
export function improveLogistic(
  data: WeightedTargets,
  weights: Float64Array,
  shape: LogisticShape,
  steps: number,
): void {
  centre(weights, shape);
  const precondition = bohningInverse(data, shape);
  let gradient = new Float64Array(weights.length);
  let value = logisticObjective(data, weights, shape, gradient);
  const pairs: Pair[] = [];
  for (let step = 0; step < steps; step++) {
    const direction = twoLoops(gradient, pairs, precondition);
    const slope = dot(direction, gradient);
    if (!(slope > 1e-12 * Math.max(1, Math.abs(value)))) return;
    const next = lineSearch(data, weights, shape, direction, value, slope);
    if (!next) return;
    const s = next.weights.map((w, i) => w - weights[i]!);
    const y = gradient.map((g, i) => g - next.gradient[i]!); // the objective is concave
    if (dot(s, y) > 0) pairs.push({ s, y, rho: 1 / dot(s, y) });
    if (pairs.length > memory) pairs.shift();
    weights.set(next.weights);
    ({ value, gradient } = next);
  }
}

/** What is common to all classes means nothing and costs penalty; no later step brings it back. */
function centre(weights: Float64Array, { classCount: K, width: P }: LogisticShape): void {
  for (let p = 0; p < P; p++) {
    let mean = 0;
    for (let j = 0; j < K; j++) mean += weights[j * P + p]! / K;
    for (let j = 0; j < K; j++) weights[j * P + p]! -= mean;
  }
}

interface Pair {
  s: Float64Array;
  y: Float64Array;
  rho: number;
}

/** The first of steps 1, ½, ¼ … that rises enough. */
function lineSearch(
  data: WeightedTargets,
  weights: Float64Array,
  shape: LogisticShape,
  direction: Float64Array,
  value: number,
  slope: number,
): { weights: Float64Array; gradient: Float64Array<ArrayBuffer>; value: number } | undefined {
  const gradient = new Float64Array(weights.length);
  for (let i = 0, size = 1; i < halvings; i++, size /= 2) {
    const moved = weights.map((w, j) => w + size * direction[j]!);
    const reached = logisticObjective(data, moved, shape, gradient);
    if (reached >= value + sufficientRise * size * slope) return { weights: moved, gradient, value: reached };
  }
  return undefined;
}

/** L-BFGS' direction (Nocedal 1980). */
function twoLoops(
  gradient: Float64Array,
  pairs: readonly Pair[],
  precondition: (x: Float64Array) => void,
): Float64Array {
  const q = gradient.slice();
  const alphas = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i]!;
    const alpha = rho * dot(s, q);
    alphas[i] = alpha;
    for (let j = 0; j < q.length; j++) q[j]! -= alpha * y[j]!;
  }
  precondition(q);
  for (const [i, { s, y, rho }] of pairs.entries()) {
    const beta = rho * dot(y, q);
    for (let j = 0; j < q.length; j++) q[j]! += (alphas[i]! - beta) * s[j]!;
  }
  return q;
}

/** x ← (½ Σ weight·u uᵀ + λ)⁻¹ x for each class: the Hessian is nowhere steeper. */
function bohningInverse(
  { rows, targets }: WeightedTargets,
  { classCount: K, width: P, penalty }: LogisticShape,
): (x: Float64Array) => void {
  const bound = new Float64Array(P * P);
  for (let t = 0; t * K < targets.length; t++) {
    let weight = 0;
    for (let j = 0; j < K; j++) weight += targets[t * K + j]!;
    if (weight === 0) continue;
    for (let p = 0; p < P; p++) {
      for (let q = 0; q <= p; q++) bound[p * P + q]! += (weight / 2) * rows[t * P + p]! * rows[t * P + q]!;
    }
  }
  let trace = 0;
  for (let p = 0; p < P; p++) trace += bound[p * (P + 1)]!;
  for (let p = 0; p < P; p++) bound[p * (P + 1)]! += penalty + 1e-9 * trace + Number.MIN_VALUE; // columns may be constant
  const factor = new Float64Array(P * P);
  if (!cholesky(bound, P, factor)) return () => {};
  return (x) => {
    for (let start = 0; start < x.length; start += P) solveCholesky(factor, P, x.subarray(start, start + P));
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
