/** Starting values where states are known in part. */
import type { Rng } from '@seqloom/core/rng';
import { batches } from './expectations.js';
import type { HMM } from './hmm.js';
import type { Observations } from './observations.js';

/**
 * Draws what `prepare` draws and then, if the emission was drawn, moves each state towards the rows that are known to be its own, so that states begin
 * as the ones that `allowed` [N,K] means. All other rows together weigh as much, so that one known row makes no narrow state.
 */
export function prepareKnown(hmm: HMM, data: Observations, allowed: Uint8Array, rng?: Rng): void {
  const before = JSON.stringify(hmm.emission);
  hmm.prepare(data, rng);
  if (hmm.frozen.has('emission') || JSON.stringify(hmm.emission) === before) return;
  const K = hmm.stateCount;
  const rows = allowed.length / K;
  const chosen = Array.from({ length: rows }, (_, row) => countAllowed(allowed, row, K));
  const known = chosen.filter((count) => count < K).length;
  const others = known / Math.max(rows - known, 1);
  const statistics = new Float64Array(hmm.emission.statisticsSize);
  for (const { values, row } of batches(data)) {
    const posteriors = Float64Array.from({ length: (values.length / data.width) * K }, (_, at) => {
      const count = chosen[row + Math.floor(at / K)]!;
      if (allowed[row * K + at] === 0) return 0;
      return (count < K ? 1 : others) / count;
    });
    hmm.emission.accumulate(statistics, values, posteriors);
  }
  if (known > 0) hmm.emission.maximise(statistics);
}

function countAllowed(allowed: Uint8Array, row: number, K: number): number {
  let count = 0;
  for (let k = 0; k < K; k++) count += allowed[row * K + k] === 0 ? 0 : 1;
  return count;
}
