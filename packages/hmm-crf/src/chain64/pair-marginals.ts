/** The probability of each pair of neighbouring states. */
import { MarkovForm } from './markov-form.js';
import type { Float64Potentials, Layout } from './potentials.js';

/** [M,K,K]: from × to at each move into a real step from a real step, and 0 elsewhere. */
export function pairMarginals(potentials: Float64Potentials, layout: Layout): Float64Array {
  const { B, K, moveCount, firstMoves } = layout;
  const out = new Float64Array(moveCount * K * K);
  for (let b = 0; b < B; b++) {
    const form = MarkovForm.of(potentials, layout, b);
    if (!form) continue;
    let states = form.first.map(Math.exp);
    for (let n = 1; n < form.steps.length; n++) {
      const at = (firstMoves[b]! + form.steps[n]! - 1) * K * K;
      const pairs = form.conditionals(n).map((log, ij) => states[Math.floor(ij / K)]! * Math.exp(log));
      states = states.map((_, j) => states.reduce((sum, _, i) => sum + pairs[i * K + j]!, 0));
      out.set(pairs, at);
    }
  }
  return out;
}
