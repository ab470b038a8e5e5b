/** The E-step: what the states are expected to have been, as sums that an M-step reads. */
import { DataError, show } from '@seqloom/core/errors';
import { finiteSums } from './expectation-maximisation.js';
import { type Batch, type ChainCounts, forwardBackward, type HMMLike } from './forward-backward.js';
import type { Observations } from './observations.js';

/** Sums over sequences, so parts of the data may be added apart. */
export interface ExpectedStatistics extends ChainCounts {
  /** log p(data) */
  logLikelihood: number;
  /** Of the emission. */
  readonly emission: Float64Array;
}

/** Some of the sequences, and where among all they stand. */
export interface PlacedBatch extends Batch {
  /** The numbers of the first sequence and of the first row. */
  readonly sequence: number;
  readonly row: number;
}

/** So many rows are worked on at once, so that buffers stay in the processor's cache; a longer sequence is a batch of its own. */
const batchRows = 8192;

/** Consecutive sequences, together. `allowed` is [N,K]. */
export function* batches(
  { values, width, lengths }: Observations,
  allowed?: Uint8Array,
): Generator<PlacedBatch, void, void> {
  const K = allowed && values.length > 0 ? (allowed.length * width) / values.length : 0;
  let [sequence, row] = [0, 0];
  while (sequence < lengths.length) {
    let [end, to] = [sequence + 1, row + lengths[sequence]!];
    while (end < lengths.length && to - row + lengths[end]! <= batchRows) to += lengths[end++]!;
    const own = values.subarray(row * width, to * width);
    yield {
      sequence,
      row,
      values: own,
      lengths: lengths.slice(sequence, end),
      allowed: allowed?.subarray(row * K, to * K),
    };
    [sequence, row] = [end, to];
  }
}

export function noStatistics({ startProb, transMat, emission }: HMMLike): ExpectedStatistics {
  return {
    logLikelihood: 0,
    start: new Float64Array(startProb.length),
    transitions: new Float64Array(transMat.length),
    emission: new Float64Array(emission.statisticsSize),
  };
}

/** The E-step, resting between batches. Throws a DataError where a sequence is impossible, and where sums overflow. */
export function* expectedStatistics(
  hmm: HMMLike,
  data: Observations,
  allowed?: Uint8Array,
): Generator<void, ExpectedStatistics, void> {
  const statistics = noStatistics(hmm);
  for (const batch of batches(data, allowed)) {
    addExpectations(hmm, batch, statistics);
    yield;
  }
  finiteSums('HMM', statistics.emission);
  return statistics;
}

/** Adds one batch to the statistics. Throws a DataError, with the statistics spoilt, where a sequence is impossible. */
function addExpectations(hmm: HMMLike, batch: PlacedBatch, statistics: ExpectedStatistics): void {
  forwardBackward(hmm, batch, statistics, (each, posteriors) => {
    const bad = each.findIndex((logLikelihood) => !Number.isFinite(logLikelihood));
    if (bad >= 0) throw cannotBe(batch.sequence + bad, each[bad]!);
    for (let b = 0; b < each.length; b++) statistics.logLikelihood += each[b]!;
    hmm.emission.accumulate(statistics.emission, batch.values, posteriors);
  });
}

function cannotBe(sequence: number, logLikelihood: number): DataError {
  if (logLikelihood !== -Infinity)
    return new DataError('HMM', `sequence ${sequence} has log-likelihood ${show(logLikelihood)}`);
  return new DataError('HMM', `sequence ${sequence} is impossible under the model`, {
    hint: 'a probability is 0 on every path: give starting values without that 0, or priors above 1',
  });
}
