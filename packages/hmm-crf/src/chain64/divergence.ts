/** How uncertain a path is, and how far two distributions over paths are apart, in nats; by the chain rule, step by step. */
import { MarkovForm } from './markov-form.js';
import type { Float64Potentials, Layout } from './potentials.js';

/** −Σ p log p over the paths of each sequence: [B]; 0 where there is none. */
export function entropies(potentials: Float64Potentials, layout: Layout): Float64Array {
  return Float64Array.from({ length: layout.B }, (_, b) => {
    const form = MarkovForm.of(potentials, layout, b);
    if (!form) return 0;
    return alongPaths(form, (log) => -log);
  });
}

/** Σ p log(p/q) over the paths of each sequence, [B]: ∞ where q forbids what p allows, 0 where p has no path. */
export function divergences(
  p: Float64Potentials,
  q: Float64Potentials,
  layout: Layout,
  layoutOfQ: Layout,
): Float64Array {
  return Float64Array.from({ length: layout.B }, (_, b) => {
    const form = MarkovForm.of(p, layout, b);
    if (!form) return 0;
    const other = MarkovForm.of(q, layoutOfQ, b);
    return other ? alongPaths(form, (log, otherLog) => log - otherLog, other) : Infinity;
  });
}

/** Σ over steps of the expectation of f(log p of a state given the one before, the same in `other`). */
function alongPaths(form: MarkovForm, f: (log: number, otherLog: number) => number, other: MarkovForm = form): number {
  const K = form.first.length;
  let sum = 0;
  let states = form.first.map(Math.exp);
  for (let k = 0; k < K; k++) if (states[k]! > 0) sum += states[k]! * f(form.first[k]!, other.first[k]!);
  const logs = new Float64Array(K);
  const otherLogs = other === form ? logs : new Float64Array(K);
  for (let n = 1; n < form.steps.length; n++) {
    const next = new Float64Array(K);
    for (let i = 0; i < K; i++) {
      if (states[i] === 0) continue;
      form.conditional(n, i, logs);
      if (other !== form) other.conditional(n, i, otherLogs);
      for (let j = 0; j < K; j++) {
        const p = states[i]! * Math.exp(logs[j]!);
        if (p === 0) continue;
        next[j]! += p;
        sum += p * f(logs[j]!, otherLogs[j]!);
      }
    }
    states = next;
  }
  return sum;
}
