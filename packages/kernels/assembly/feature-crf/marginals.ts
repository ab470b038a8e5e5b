/**
 * Forward–backward over scaled numbers: every forward message has the sum 1. Where scores lie so far apart that all of a message underflows,
 * the loss is NaN.
 */
import { expOf, largestOf, logOne, totalOf } from '../chain/rows';
import { scaledExponentials, weightedSums } from '../chain/scaled';
import { doubleAt, int, Plan } from './plan';
import { addScores } from './scores';

/** Makes `weights`, `scale` and `transposed` of `transition`. */
export function prepareTransitions(plan: Plan): void {
  const L = plan.L, P = (L + 1) & ~1;
  scaledExponentials<f64>(plan.transition, plan.weights, plan.scale, L, P);
  for (let j = L; j < P; j++) store<f64>(doubleAt(plan.scale, j), 0);
  memory.fill(plan.transposed, 0, <usize>(L * P) << 3);
  for (let i = 0; i < L; i++) {
    for (let j = 0; j < L; j++) {
      store<f64>(doubleAt(plan.transposed, j * P + i), load<f64>(doubleAt(plan.weights, i * P + j)));
    }
  }
}

/** The loss of one sequence, and its rows of `alphas`, `betas` and `errors`, from row `base` of the batch on; weights count `scale` times. */
export function marginalsOf(plan: Plan, sequence: i32, base: i32, scale: f64, workspace: usize): f64 {
  const first = int(plan.sequences, sequence), T = int(plan.sequences, sequence + 1) - first;
  const P = (plan.L + 1) & ~1, line = <usize>P << 3;
  const start = <usize>(first - base) * line;
  let logZ: f64 = 0, mass: f64 = 1, pathScore: f64 = 0;
  for (let t = 0; t < T; t++) {
    const at = start + <usize>t * line;
    const scores = plan.betas + at;
    memory.fill(scores, 0, line);
    addScores(plan, first + t, scores);
    const label = int(plan.labels, first + t);
    pathScore += scale * load<f64>(doubleAt(scores, label));
    if (t > 0) pathScore += load<f64>(doubleAt(plan.transition, int(plan.labels, first + t - 1) * plan.L + label));
    const alpha = plan.alphas + at;
    if (t > 0) weightedSums<f64>(alpha - line, plan.weights, alpha, plan.L, P);
    logZ += exponentialScores(scores, t > 0 ? plan.scale : 0, scale, plan.L, P);
    const sum = t > 0 ? multiply(alpha, scores, P) : copy(alpha, scores, P);
    rescale(alpha, scores, 1 / sum, P);
    mass *= sum;
    if (mass < 1e-100 || mass > 1e100) logZ += logOne<f64>(mass), mass = 1;
  }
  backward(plan, start, T, P, workspace);
  for (let t = 0; t < T; t++) {
    const cell = doubleAt(plan.errors + start + <usize>t * line, int(plan.labels, first + t));
    store<f64>(cell, load<f64>(cell) - 1);
  }
  return logZ + logOne<f64>(mass) - pathScore;
}

/** What a sequence adds to the gradient, times its weight. */
export function weigh(plan: Plan, sequence: i32, base: i32, weight: f64): void {
  const P = (plan.L + 1) & ~1, line = <usize>P << 3;
  const first = int(plan.sequences, sequence) - base, end = int(plan.sequences, sequence + 1) - base;
  for (let t = first; t < end; t++) rescale(plan.betas + <usize>t * line, plan.errors + <usize>t * line, weight, P);
}

/** From the last token on: β = W·b, errors = α∘β, and b = (scores/sum)∘β in place of the scores. */
function backward(plan: Plan, start: usize, T: i32, P: i32, beta: usize): void {
  const line = <usize>P << 3;
  for (let j = 0; j < P; j += 2) v128.store(doubleAt(beta, j), f64x2.splat(1));
  for (let t = T - 1; t >= 0; t--) {
    const at = start + <usize>t * line;
    if (t < T - 1) weightedSums<f64>(plan.betas + at + line, plan.transposed, beta, plan.L, P);
    for (let j: usize = 0; j < line; j += 16) {
      const factor = v128.load(beta + j);
      v128.store(plan.errors + at + j, f64x2.mul(factor, v128.load(plan.alphas + at + j)));
      const b = plan.betas + at + j;
      v128.store(b, f64x2.mul(factor, v128.load(b)));
    }
  }
}

/** scores [P] = exp(scale·scores + shifts [P] − the largest), which is returned; 0 in the padding. */
function exponentialScores(scores: usize, shifts: usize, scale: f64, L: i32, P: i32): f64 {
  if (L < P) store<f64>(doubleAt(scores, L), -Infinity);
  const factor = f64x2.splat(scale);
  let top = f64x2.splat(-Infinity);
  for (let j: usize = 0, end = <usize>P << 3; j < end; j += 16) {
    let score = f64x2.mul(factor, v128.load(scores + j));
    if (shifts != 0) score = f64x2.add(score, v128.load(shifts + j));
    v128.store(scores + j, score);
    top = f64x2.max(top, score);
  }
  const largest = largestOf<f64>(top), shift = f64x2.splat(largest);
  for (let j: usize = 0, end = <usize>P << 3; j < end; j += 16) {
    v128.store(scores + j, expOf<f64>(f64x2.sub(v128.load(scores + j), shift)));
  }
  return largest;
}

/** alpha [P] ∘= factors; returns the sum. */
@inline
function multiply(alpha: usize, factors: usize, P: i32): f64 {
  let sum = f64x2.splat(0);
  for (let j: usize = 0, end = <usize>P << 3; j < end; j += 16) {
    const product = f64x2.mul(v128.load(alpha + j), v128.load(factors + j));
    v128.store(alpha + j, product);
    sum = f64x2.add(sum, product);
  }
  return totalOf<f64>(sum);
}

@inline
function copy(alpha: usize, source: usize, P: i32): f64 {
  let sum = f64x2.splat(0);
  for (let j: usize = 0, end = <usize>P << 3; j < end; j += 16) {
    const numbers = v128.load(source + j);
    v128.store(alpha + j, numbers);
    sum = f64x2.add(sum, numbers);
  }
  return totalOf<f64>(sum);
}

/** Both rows [P] times factor. */
@inline
function rescale(a: usize, b: usize, factor: f64, P: i32): void {
  const factors = f64x2.splat(factor);
  for (let j: usize = 0, end = <usize>P << 3; j < end; j += 16) {
    v128.store(a + j, f64x2.mul(factors, v128.load(a + j)));
    v128.store(b + j, f64x2.mul(factors, v128.load(b + j)));
  }
}
