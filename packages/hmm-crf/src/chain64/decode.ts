/** Decoding step by step: the states that cost least on average, by what errors cost. */
import { ShapeError } from '@seqloom/core/errors';
import type { Layout } from './potentials.js';

/** What errors cost: [K,K], right × taken; or [N,K,K], of each step. */
export type Loss = Float64Array;

/** From marginals [N,K]: the states of least expected loss [N], the lowest of equals, −1 at masked and impossible steps, and that loss by sequence [B]. */
export function minimumRisk(
  marginals: Float64Array,
  layout: Layout,
  loss: Loss,
): { path: Int32Array; risk: Float64Array } {
  const { B, N, K, lengths, firsts, mask } = layout;
  const perStep = loss.length !== K * K;
  if (perStep && loss.length !== N * K * K) {
    throw new ShapeError(
      'Float64Chain.minimumRisk',
      `\`loss\` must be [${K},${K}] or [${N},${K},${K}], got ${loss.length} numbers`,
    );
  }
  const path = new Int32Array(N).fill(-1);
  const risk = new Float64Array(B);
  for (let b = 0; b < B; b++) {
    for (let n = firsts[b]!; n < firsts[b]! + lengths[b]!; n++) {
      const marginal = marginals.subarray(n * K, (n + 1) * K);
      if (!mask[n] || marginal.every((p) => p === 0)) continue;
      const table = perStep ? loss.subarray(n * K * K, (n + 1) * K * K) : loss;
      const costs = marginal.map((_, taken) =>
        marginal.reduce((sum, p, right) => sum + (p && p * table[right * K + taken]!), 0),
      );
      const least = costs.reduce((best, cost, k) => (cost < costs[best]! ? k : best), 0);
      path[n] = least;
      risk[b]! += costs[least]!;
    }
  }
  return { path, risk };
}

/** 1 for every state but the right one. */
export function hammingLoss(K: number): Loss {
  return Float64Array.from({ length: K * K }, (_, at) => Number(Math.floor(at / K) !== at % K));
}
