/** The scores of labels: for every token, the weights of its attributes, gathered. */
import { doubleAt, int, Plan } from './plan';

/** row [L] += Σ value·weight over the attributes of a token. */
@inline
export function addScores(plan: Plan, token: i32, row: usize): void {
  const L = plan.L;
  const attributes = plan.attributes, values = plan.values;
  const offsets = plan.stateOffsets, labels = plan.stateLabels, weights = plan.stateWeights;
  const end = int(plan.tokens, token + 1);
  for (let at = int(plan.tokens, token); at < end; at++) {
    const attribute = int(attributes, at);
    const value = values == 0 ? 1.0 : load<f64>(doubleAt(values, at));
    const first = int(offsets, attribute), stop = int(offsets, attribute + 1);
    if (stop - first == L) {
      addRow(row, doubleAt(weights, first), value, L);
      continue;
    }
    for (let f = first; f < stop; f++) {
      const cell = doubleAt(row, int(labels, f));
      store<f64>(cell, load<f64>(cell) + value * load<f64>(doubleAt(weights, f)));
    }
  }
}

/** target [n] += factor·source [n]. */
@inline
export function addRow(target: usize, source: usize, factor: f64, n: i32): void {
  const factors = f64x2.splat(factor);
  let j = 0;
  for (; j + 2 <= n; j += 2) {
    v128.store(target, f64x2.add(v128.load(target), f64x2.mul(factors, v128.load(source))));
    target += 16, source += 16;
  }
  if (j < n) store<f64>(target, load<f64>(target) + factor * load<f64>(source));
}
