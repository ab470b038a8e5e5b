/** The E-step: what the states are expected to have been, sequence by sequence, as sums that an M-step reads. */
import { DataError, show } from '@seqloom/core/errors';
import type { ChainCounts } from './forward-backward.js';
import { logForwardBackward, scaledForwardBackward } from './forward-backward.js';
import type { HMM } from './hmm.js';
import type { Observations } from './observations.js';

/** Sums over sequences, so parts of the data may be added apart. */
export interface ExpectedStatistics extends ChainCounts {
  /** log p(data) */
  logLikelihood: number;
  /** Of the emission. */
  readonly emission: Float64Array;
}

/** Some sequences that stand together: their rows of `values`, and of the states that each row may have. */
export interface Batch {
  /** The number of the first sequence, and of the first row. */
  readonly sequence: number;
  readonly row: number;
  readonly lengths: readonly number[];
  readonly values: Float64Array;
}

export function noStatistics({ stateCount: K, emission }: HMM): ExpectedStatistics {
  return {
    logLikelihood: 0,
    start: new Float64Array(K),
    transitions: new Float64Array(K * K),
    emission: new Float64Array(emission.statisticsSize),
  };
}

/** So many rows are worked on at once, so that buffers stay in the processor's cache; a longer sequence is a batch of its own. */
const batchRows = 8192;

/** Consecutive sequences, together. */
export function* batches({ values, width, lengths }: Observations): Generator<Batch> {
  let [sequence, row] = [0, 0];
  while (sequence < lengths.length) {
    let [end, rows] = [sequence + 1, lengths[sequence]!];
    while (end < lengths.length && rows + lengths[end]! <= batchRows) rows += lengths[end++]!;
    const own = values.subarray(row * width, (row + rows) * width);
    yield { sequence, row, lengths: lengths.slice(sequence, end), values: own };
    sequence = end;
    row += rows;
  }
}

/** Adds one batch to the statistics. `allowed` [N,K], 1 = allowed, restricts the states of rows. Throws a DataError where a sequence is impossible. */
export function addExpectations(hmm: HMM, batch: Batch, statistics: ExpectedStatistics, allowed?: Uint8Array): void {
  const posteriors = new Float64Array((batch.values.length / hmm.emission.width) * hmm.stateCount);
  const each = forwardBackward(hmm, batch, allowed, posteriors, statistics);
  const impossible = each.indexOf(-Infinity);
  if (impossible >= 0) throw impossibleSequence(batch.sequence + impossible);
  const broken = each.findIndex((logLikelihood) => !Number.isFinite(logLikelihood));
  if (broken >= 0)
    throw new DataError('HMM', `sequence ${batch.sequence + broken} has log-likelihood ${show(each[broken])}`);
  for (const logLikelihood of each) statistics.logLikelihood += logLikelihood;
  hmm.emission.accumulate(statistics.emission, batch.values, posteriors);
}

/** log p of each sequence of a batch, with posteriors [n,K] and counts where they are wanted. */
export function forwardBackward(
  hmm: HMM,
  { values, lengths, row }: Batch,
  allowed?: Uint8Array,
  posteriors?: Float64Array,
  counts?: ChainCounts,
): Float64Array {
  const K = hmm.stateCount;
  const logs = logLikelihoods(hmm, values, allowed?.subarray(row * K));
  const out = new Float64Array(lengths.length);
  let at = 0;
  for (const [b, length] of lengths.entries()) {
    const own = logs.subarray(at, at + length * K);
    const p = posteriors?.subarray(at, at + length * K);
    out[b] = scaledForwardBackward(hmm, own, p, counts);
    if (Number.isNaN(out[b]!)) out[b] = logForwardBackward(hmm, own, p, counts);
    at += length * K;
  }
  return out;
}

/** log p(row | state) [n,K]; −∞ where a state is not allowed. */
export function logLikelihoods(hmm: HMM, values: Float64Array, allowed?: Uint8Array): Float64Array {
  const { emission, stateCount: K } = hmm;
  const logs = new Float64Array((values.length / emission.width) * K);
  emission.logProbability(values, logs);
  for (let at = 0; allowed && at < logs.length; at++) if (allowed[at] === 0) logs[at] = -Infinity;
  return logs;
}

function impossibleSequence(sequence: number): DataError {
  return new DataError('HMM', `sequence ${sequence} is impossible under the model`, {
    hint: 'a probability is 0 on every path: give starting values without that 0, or priors above 1',
  });
}
