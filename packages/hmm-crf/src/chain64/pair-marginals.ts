/** The probability of each pair of neighbouring states. */
import { MarkovForm } from './markov-form.js';
import type { Float64Potentials, Layout } from './potentials.js';

/** [M,K,K]: from × to at each move into a real step from a real step, and 0 elsewhere. */
export function pairMarginals(potentials: Float64Potentials, layout: Layout): Float64Array {
  const { B, K, moveCount, firstMoves } = layout;
  const out = new Float64Array(moveCount * K * K);
  const logs = new Float64Array(K);
  for (let b = 0; b < B; b++) {
    const form = MarkovForm.of(potentials, layout, b);
    if (!form) continue;
    let states = form.first.map(Math.exp);
    for (let n = 1; n < form.steps.length; n++) {
      const move = (firstMoves[b]! + form.steps[n]! - 1) * K * K;
      const next = new Float64Array(K);
      for (let i = 0; i < K; i++) {
        form.conditional(n, i, logs);
        for (let j = 0; j < K; j++) {
          const pair = states[i]! * Math.exp(logs[j]!);
          out[move + i * K + j] = pair;
          next[j]! += pair;
        }
      }
      states = next;
    }
  }
  return out;
}
