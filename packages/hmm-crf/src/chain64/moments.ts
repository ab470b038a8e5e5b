/** Means and covariances of what paths count (Eisner 2002, Li & Eisner 2009), by the law of total covariance, which loses no digits. */
import { MarkovForm } from './markov-form.js';
import { type Float64Potentials, type Float64Statistic, type Layout, moveAt, wholeStatistic } from './potentials.js';

/** E[statistic] over the paths of each sequence: [B]; 0 where there is none. Throws a ShapeError where the statistic does not fit. */
export function expectation(potentials: Float64Potentials, layout: Layout, statistic: Float64Statistic): Float64Array {
  return covarianceAndMean('Float64Chain.expectation', potentials, layout, statistic, statistic).mean;
}

/** Cov[first, second]: [B]; the variance where both are the same. Throws as `expectation`. */
export function covariance(
  potentials: Float64Potentials,
  layout: Layout,
  first: Float64Statistic,
  second: Float64Statistic,
): Float64Array {
  return covarianceAndMean('Float64Chain.covariance', potentials, layout, first, second).covariance;
}

/** What is yet to be counted, given a state: [K]. */
interface Moments {
  x: Float64Array;
  y: Float64Array;
  covariance: Float64Array;
}

function covarianceAndMean(
  where: string,
  potentials: Float64Potentials,
  layout: Layout,
  first: Float64Statistic,
  second: Float64Statistic,
): { mean: Float64Array; covariance: Float64Array } {
  const [f, g] = [wholeStatistic(where, first, layout), wholeStatistic(where, second, layout)];
  const out = { mean: new Float64Array(layout.B), covariance: new Float64Array(layout.B) };
  const { K } = layout;
  for (let b = 0; b < layout.B; b++) {
    const form = MarkovForm.of(potentials, layout, b);
    if (!form) continue;
    let after: Moments = { x: f.final, y: g.final, covariance: new Float64Array(K) };
    const emissionAt = (n: number) => (layout.firsts[b]! + form.steps[n]!) * K;
    for (let n = form.steps.length - 1; n > 0; n--) {
      const conditionals = form.conditionals(n);
      const [inF, inG] = [f, g].map(({ transition }) => moveAt(layout, transition, b, form.steps[n]!)) as [
        number,
        number,
      ];
      const before: Moments = { x: new Float64Array(K), y: new Float64Array(K), covariance: new Float64Array(K) };
      for (let i = 0; i < K; i++) {
        joined(before, i, conditionals.subarray(i * K, (i + 1) * K), after, (j) => [
          f.transition[inF + i * K + j]! + f.emission[emissionAt(n) + j]!,
          g.transition[inG + i * K + j]! + g.emission[emissionAt(n) + j]!,
        ]);
      }
      after = before;
    }
    const whole: Moments = { x: new Float64Array(1), y: new Float64Array(1), covariance: new Float64Array(1) };
    joined(whole, 0, form.first, after, (j) => [
      f.initial[j]! + f.emission[emissionAt(0) + j]!,
      g.initial[j]! + g.emission[emissionAt(0) + j]!,
    ]);
    out.mean[b] = whole.x[0]!;
    out.covariance[b] = whole.covariance[0]!;
  }
  return out;
}

/** target[i] = the moments over states j of log probabilities `logs`, of what is counted now and what is counted after. */
function joined(
  target: Moments,
  i: number,
  logs: Float64Array,
  after: Moments,
  now: (j: number) => readonly [number, number],
): void {
  const possible = Array.from(logs.keys()).filter((j) => logs[j]! > -Infinity);
  const terms = possible.map((j) => {
    const [x, y] = now(j);
    return { p: Math.exp(logs[j]!), x: x + after.x[j]!, y: y + after.y[j]!, covariance: after.covariance[j]! };
  });
  const x = terms.reduce((sum, term) => sum + term.p * term.x, 0);
  const y = terms.reduce((sum, term) => sum + term.p * term.y, 0);
  target.x[i] = x;
  target.y[i] = y;
  target.covariance[i] = terms.reduce((sum, term) => sum + term.p * (term.covariance + (term.x - x) * (term.y - y)), 0);
}
