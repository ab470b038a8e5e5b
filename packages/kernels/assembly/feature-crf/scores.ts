/** The scores of labels: for every token, the weights of its attributes, gathered. */
import { doubleAt, int, Plan } from './plan';

/** row [L, P where there are dense weights] += Σ value·weight over the attributes of a token. */
@inline
export function addScores(plan: Plan, token: i32, row: usize): void {
  const L = plan.L, P = (L + 1) & ~1;
  const attributes = plan.attributes, values = plan.values;
  const groups = plan.groups, labels = plan.stateLabels, weights = plan.stateWeights, dense = plan.denseWeights;
  const end = int(plan.tokens, token + 1);
  for (let at = int(plan.tokens, token); at < end; at++) {
    const group = groups + (<usize>int(attributes, at) << 3);
    const first = load<i32>(group), count = load<i32>(group, 4);
    const value = values == 0 ? 1.0 : load<f64>(doubleAt(values, at));
    if (count < 0) addRow(row, doubleAt(dense, first * P), value, P);
    else if (count == L) addRow(row, doubleAt(weights, first), value, L);
    else {
      for (let f = first, stop = first + count; f < stop; f++) {
        const cell = doubleAt(row, int(labels, f));
        store<f64>(cell, load<f64>(cell) + value * load<f64>(doubleAt(weights, f)));
      }
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
