/** Means and covariances of what paths count (Eisner 2002, Li & Eisner 2009), by the law of total covariance, which loses no digits. */
import { MarkovForm } from './markov-form.js';
import { type Float64Potentials, type Float64Statistic, type Layout, moveAt, wholeStatistic } from './potentials.js';

/** By sequence [B]; 0 where no path is possible. */
export interface PathMoments {
  readonly mean: Float64Array;
  /** Of the two statistics. */
  readonly covariance: Float64Array;
}

/** The mean of the first statistic, and the covariance of both. Throws a ShapeError where they do not fit. */
export function pathMoments(
  where: string,
  potentials: Float64Potentials,
  layout: Layout,
  first: Float64Statistic,
  second: Float64Statistic,
): PathMoments {
  const statistics = [wholeStatistic(where, first, layout), wholeStatistic(where, second, layout)] as const;
  const out = { mean: new Float64Array(layout.B), covariance: new Float64Array(layout.B) };
  for (let b = 0; b < layout.B; b++) {
    const form = MarkovForm.of(potentials, layout, b);
    if (form) [out.mean[b], out.covariance[b]] = momentsOf(form, layout, b, ...statistics);
  }
  return out;
}

type Whole = Required<Float64Statistic>;

/** What is yet to be counted after each state, [K] each: means of both, and their covariance. */
class Rest {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly covariance: Float64Array;

  constructor(K: number, x: Float64Array = new Float64Array(K), y: Float64Array = new Float64Array(K)) {
    this.x = x;
    this.y = y;
    this.covariance = new Float64Array(K);
  }

  /** state := what is yet to be counted where the next state has the log probabilities `logs`, and `x` and `y` [K] are counted on the way. */
  set(state: number, logs: Float64Array, x: Float64Array, y: Float64Array, after: Rest): void {
    let [meanX, meanY, covariance] = [0, 0, 0];
    for (let j = 0; j < logs.length; j++) {
      if (logs[j] === -Infinity) continue;
      meanX += Math.exp(logs[j]!) * (x[j]! + after.x[j]!);
      meanY += Math.exp(logs[j]!) * (y[j]! + after.y[j]!);
    }
    for (let j = 0; j < logs.length; j++) {
      if (logs[j] === -Infinity) continue;
      const apart = (x[j]! + after.x[j]! - meanX) * (y[j]! + after.y[j]! - meanY);
      covariance += Math.exp(logs[j]!) * (after.covariance[j]! + apart);
    }
    this.x[state] = meanX;
    this.y[state] = meanY;
    this.covariance[state] = covariance;
  }
}

function momentsOf(
  form: MarkovForm,
  layout: Layout,
  b: number,
  f: Whole,
  g: Whole,
): [mean: number, covariance: number] {
  const { K, firsts } = layout;
  const [logs, x, y] = [new Float64Array(K), new Float64Array(K), new Float64Array(K)];
  let after = new Rest(K, f.final, g.final);
  for (let n = form.steps.length - 1; n > 0; n--) {
    const t = form.steps[n]!;
    const [moveF, moveG] = [moveAt(layout, f.transition, b, t), moveAt(layout, g.transition, b, t)];
    const emission = (firsts[b]! + t) * K;
    const before = new Rest(K);
    for (let i = 0; i < K; i++) {
      form.conditional(n, i, logs);
      for (let j = 0; j < K; j++) {
        x[j] = f.transition[moveF + i * K + j]! + f.emission[emission + j]!;
        y[j] = g.transition[moveG + i * K + j]! + g.emission[emission + j]!;
      }
      before.set(i, logs, x, y, after);
    }
    after = before;
  }
  const emission = (firsts[b]! + form.steps[0]!) * K;
  for (let j = 0; j < K; j++) {
    x[j] = f.initial[j]! + f.emission[emission + j]!;
    y[j] = g.initial[j]! + g.emission[emission + j]!;
  }
  const whole = new Rest(1);
  whole.set(0, form.first, x, y, after);
  return [whole.x[0]!, whole.covariance[0]!];
}
