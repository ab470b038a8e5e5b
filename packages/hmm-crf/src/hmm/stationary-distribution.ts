/** Where a Markov chain is in the long run. */
import { UsageError } from '@seqloom/core/errors';

/**
 * p [K] with p·transMat = p: states that are left for ever have 0, the others come from elimination without subtractions (Grassmann, Taksar &
 * Heyman 1985). Throws a UsageError where the chain may end in different sets of states.
 */
export function stationaryDistribution(transMat: Float64Array, K: number): Float64Array {
  const reach = Array.from({ length: K }, (_, k) => reachable(transMat, K, k));
  const recurrent = reach.map((to, k) => [...to].every((j) => reach[j]!.has(k)));
  const states = reach.flatMap((_, k) => (recurrent[k] ? [k] : []));
  if (states.some((k) => !reach[k]!.has(states[0]!)))
    throw new UsageError(
      'HMM.stationary',
      'the chain may end in different sets of states: where depends on how it begins',
    );
  const out = new Float64Array(K);
  for (const [i, p] of eliminate(transMat, K, states).entries()) out[states[i]!] = p;
  return out;
}

function reachable(transMat: Float64Array, K: number, from: number): Set<number> {
  const found = new Set([from]);
  for (const state of found) for (let j = 0; j < K; j++) if (transMat[state * K + j]! > 0) found.add(j);
  return found;
}

function eliminate(transMat: Float64Array, K: number, states: readonly number[]): Float64Array {
  const n = states.length;
  const A = Float64Array.from(states.flatMap((i) => states.map((j) => transMat[i * K + j]!)));
  for (let k = n - 1; k > 0; k--) {
    let out = 0;
    for (let j = 0; j < k; j++) out += A[k * n + j]!;
    for (let i = 0; i < k; i++) A[i * n + k]! /= out;
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) A[i * n + j]! += A[i * n + k]! * A[k * n + j]!;
  }
  const p = new Float64Array(n);
  p[0] = 1;
  for (let k = 1; k < n; k++) for (let i = 0; i < k; i++) p[k]! += p[i]! * A[i * n + k]!;
  const sum = p.reduce((total, x) => total + x, 0);
  return p.map((x) => x / sum);
}
