/** Errors and pairs of labels, summed into the gradient. Every sum runs over the tokens in order, whoever does which part of it. */
import { doubleAt, int, Plan } from './plan';
import { addRow } from './scores';

/** gradient += factor·value·errors, for the attributes from..to−1 of the tokens of some sequences. */
export function scatterErrors(
  plan: Plan, firstToken: i32, endToken: i32, base: i32, from: i32, to: i32, factor: f64,
): void {
  const L = plan.L, P = (L + 1) & ~1, line = <usize>P << 3;
  const attributes = plan.attributes, values = plan.values;
  const groups = plan.groups, labels = plan.stateLabels, gradient = plan.gradient, dense = plan.denseGradient;
  let row = plan.errors + <usize>(firstToken - base) * line;
  for (let token = firstToken; token < endToken; token++, row += line) {
    const end = int(plan.tokens, token + 1);
    for (let at = firstFrom(attributes, int(plan.tokens, token), end, from); at < end; at++) {
      const attribute = int(attributes, at);
      if (attribute >= to) break;
      const value = values == 0 ? factor : factor * load<f64>(doubleAt(values, at));
      const group = groups + (<usize>attribute << 3);
      const first = load<i32>(group), count = load<i32>(group, 4);
      if (count < 0) addRow(doubleAt(dense, first * P), row, value, P);
      else if (count == L) addRow(doubleAt(gradient, first), row, value, L);
      else {
        for (let f = first, stop = first + count; f < stop; f++) {
          const cell = doubleAt(gradient, f);
          store<f64>(cell, load<f64>(cell) + value * load<f64>(doubleAt(row, int(labels, f))));
        }
      }
    }
  }
}

/** The first place from `low` on where the attribute is at least `from`. */
@inline
function firstFrom(attributes: usize, low: i32, end: i32, from: i32): i32 {
  while (low < end) {
    const middle = (low + end) >> 1;
    if (int(attributes, middle) < from) low = middle + 1;
    else end = middle;
  }
  return low;
}

/** pairs [L,P], rows from..to−1, += Σ α_{t−1} ⊗ b_t over the steps of one sequence. */
export function addPairs(plan: Plan, sequence: i32, base: i32, from: i32, to: i32): void {
  const line = <usize>((plan.L + 1) & ~1) << 3;
  const first = int(plan.sequences, sequence) - base, end = int(plan.sequences, sequence + 1) - base;
  let t = first + 1;
  for (; t + 3 < end; t += 4) addFourPairs(plan, t, from, to, line);
  for (; t < end; t++) {
    const alpha = plan.alphas + <usize>(t - 1) * line, beta = plan.betas + <usize>t * line;
    for (let i = from; i < to; i++) {
      const pairs = plan.pairs + <usize>i * line;
      const a = f64x2.splat(load<f64>(doubleAt(alpha, i)));
      for (let j: usize = 0; j < line; j += 16) {
        v128.store(pairs + j, f64x2.add(v128.load(pairs + j), f64x2.mul(a, v128.load(beta + j))));
      }
    }
  }
}

/** Four steps from t on, so that the sums are loaded and stored once. */
@inline
function addFourPairs(plan: Plan, t: i32, from: i32, to: i32, line: usize): void {
  const alpha = plan.alphas + <usize>(t - 1) * line, beta = plan.betas + <usize>t * line;
  for (let i = from; i < to; i++) {
    const pairs = plan.pairs + <usize>i * line, at = doubleAt(alpha, i);
    const a0 = v128.load64_splat(at), a1 = v128.load64_splat(at + line);
    const a2 = v128.load64_splat(at + 2 * line), a3 = v128.load64_splat(at + 3 * line);
    for (let j: usize = 0; j < line; j += 16) {
      const b = beta + j;
      let sum = f64x2.add(v128.load(pairs + j), f64x2.mul(a0, v128.load(b)));
      sum = f64x2.add(sum, f64x2.mul(a1, v128.load(b + line)));
      sum = f64x2.add(sum, f64x2.mul(a2, v128.load(b + 2 * line)));
      v128.store(pairs + j, f64x2.add(sum, f64x2.mul(a3, v128.load(b + 3 * line))));
    }
  }
}
