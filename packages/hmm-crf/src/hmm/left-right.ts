/** Left-right topology (Bakis), as in speech: states are passed in their order. */
import { count } from '@seqloom/core/options';

/**
 * startProb [K] and transMat [K,K] of a chain that begins in state 0 and from each state stays or goes on by at most `reach` states, evenly; zeros
 * stay zero when it learns.
 */
export function leftRight(stateCount: number, reach = 1): { startProb: number[]; transMat: number[][] } {
  const K = count('leftRight', 'stateCount', stateCount);
  count('leftRight', 'reach', reach);
  const states = Array.from({ length: K }, (_, k) => k);
  const row = (from: number) => {
    const last = Math.min(from + reach, K - 1);
    return states.map((to) => (to >= from && to <= last ? 1 / (last - from + 1) : 0));
  };
  return { startProb: states.map((k) => (k === 0 ? 1 : 0)), transMat: states.map(row) };
}
