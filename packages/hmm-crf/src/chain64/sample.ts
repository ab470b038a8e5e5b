/** Paths drawn with their probabilities: messages backward, draws forward. */
import type { Rng } from '@seqloom/core/rng';
import { MarkovForm } from './markov-form.js';
import type { Float64Potentials, Layout } from './potentials.js';

/** n independent paths [T] through sequence b, −1 at masked steps, and everywhere where no path is possible. */
export function samplePaths(
  potentials: Float64Potentials,
  layout: Layout,
  b: number,
  n: number,
  rng: Rng,
): Int32Array[] {
  const paths = Array.from({ length: n }, () => new Int32Array(layout.lengths[b]!).fill(-1));
  const form = MarkovForm.of(potentials, layout, b);
  if (!form) return paths;
  const logs = new Float64Array(layout.K);
  for (const path of paths) {
    let state = drawn(form.first, rng);
    path[form.steps[0]!] = state;
    for (let step = 1; step < form.steps.length; step++) {
      form.conditional(step, state, logs);
      state = drawn(logs, rng);
      path[form.steps[step]!] = state;
    }
  }
  return paths;
}

/** A state with its probability, given as a logarithm; never one of probability 0. */
function drawn(logs: Float64Array, rng: Rng): number {
  let left = rng.uniform();
  let last = 0;
  for (let state = 0; state < logs.length; state++) {
    const p = Math.exp(logs[state]!);
    if (p === 0) continue;
    last = state;
    left -= p;
    if (left < 0) return state;
  }
  return last; // rounding
}
