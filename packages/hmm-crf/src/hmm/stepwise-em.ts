/** EM in small steps, for data that does not fit in memory: Cappé & Moulines 2009, in the form of Liang & Klein 2009. */
import type { Dataset } from '@seqloom/core/dataset';
import { OptionError, UsageError } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import { Pause } from '@seqloom/core/pause';
import type { Rng } from '@seqloom/core/rng';
import { checkAllowed } from './allowed-states.js';
import { finish } from './expectation-maximisation.js';
import { type ExpectedStatistics, expectedStatistics, noStatistics } from './expectations.js';
import type { HMM } from './hmm.js';
import { prepareKnown } from './known-start.js';
import type { Observations } from './observations.js';

/** What learning in steps knows besides the model: plain numbers, to be kept with it when one wants to go on later. */
export interface StepwiseState {
  steps: number;
  /** Rows in an epoch, as far as they have been seen: how much the data weighs beside priors. */
  rows: number;
  /** Averages for one row. */
  start: number[];
  transitions: number[];
  emission: number[];
}

/**
 * Sequences, and, where states are known in part, which of them each row may have: [N,K], 1 = allowed, from `allowedStates`. The first batch decides
 * which state is which: some rows of each should be known in it.
 */
export interface StepwiseBatch extends Observations {
  readonly allowed?: Uint8Array;
}

export interface StepwiseOptions {
  /** Times through the data; 1 unless given. */
  epochs?: number;
  /** Step k moves the statistics by k^−decay; above 0.5, up to 1, so that they settle; 0.7 unless given. */
  decay?: number;
  /** Of an earlier run, to go on from; it is updated in place. */
  state?: StepwiseState;
  /** Draws starting values, from the first batch. */
  rng?: Rng;
  /** Ends learning with the model as the last step left it. */
  signal?: AbortSignal;
}

/** One batch learned from; the likelihood is that of the parameters before. */
export interface StepEvent {
  readonly type: 'step';
  /** From 1, over all runs of this state. */
  readonly step: number;
  /** From 0, in this run. */
  readonly epoch: number;
  readonly rows: number;
  readonly logLikelihood: number;
}

/** A state to begin with. */
export function stepwiseState(hmm: HMM): StepwiseState {
  const { start, transitions, emission } = noStatistics(hmm);
  return { steps: 0, rows: 0, start: [...start], transitions: [...transitions], emission: [...emission] };
}

/**
 * Learns from one batch of sequences after another, an M-step after each; batches should have some hundred rows at least. Throws as `baumWelch`
 * does, with the model and the state as the batch before left them.
 */
export async function* stepwiseEM(
  hmm: HMM,
  data: Dataset<StepwiseBatch>,
  options: StepwiseOptions = {},
): AsyncGenerator<StepEvent, void, void> {
  const where = 'stepwiseEM';
  knownOptions(where, options, ['epochs', 'decay', 'state', 'rng', 'signal']);
  const { epochs = 1, decay = 0.7, state = stepwiseState(hmm), rng, signal } = options;
  count(where, 'epochs', epochs, 0);
  within(where, 'decay', decay, 0.5, 1);
  if (state.emission.length !== hmm.emission.statisticsSize || state.start.length !== hmm.stateCount)
    throw new OptionError(where, '`state` belongs to another model');
  const pause = new Pause();
  for (let epoch = 0; epoch < epochs; epoch++) {
    let seen = 0;
    for await (const batch of data) {
      if (pause.isDue()) await pause.take();
      if (signal?.aborted) return;
      const { allowed } = batch;
      if (allowed) checkAllowed(where, allowed, hmm.check(batch), hmm.stateCount);
      if (allowed && state.steps === 0) prepareKnown(hmm, batch, allowed, rng);
      else hmm.prepare(batch, rng);
      const statistics = finish(expectedStatistics(hmm, batch, allowed));
      const rows = batch.values.length / batch.width;
      if (rows === 0) continue;
      seen += rows;
      state.rows = Math.max(state.rows, seen);
      move(state, statistics, rows, (state.steps + 1) ** -decay);
      hmm.maximise(scaled(state, hmm));
      yield { type: 'step', step: ++state.steps, epoch, rows, logLikelihood: statistics.logLikelihood };
    }
    if (seen === 0) throw new UsageError(where, 'the data has no rows');
  }
}

const kinds = ['start', 'transitions', 'emission'] as const;

/** Averages ← (1 − rate) · averages + rate · those of the batch. */
function move(state: StepwiseState, statistics: ExpectedStatistics, rows: number, rate: number): void {
  for (const kind of kinds) {
    const [average, sums] = [state[kind], statistics[kind]];
    for (let i = 0; i < sums.length; i++) average[i]! += rate * (sums[i]! / rows - average[i]!);
  }
}

/** Sums over an epoch. What has not been seen yet stays possible: the next batch may begin with it. */
function scaled(state: StepwiseState, { startProb, transMat, stateCount: K, emission }: HMM): ExpectedStatistics {
  const sums = (kind: (typeof kinds)[number]) => Float64Array.from(state[kind], (x) => x * state.rows);
  const out = { logLikelihood: 0, start: sums('start'), transitions: sums('transitions'), emission: sums('emission') };
  keepPossible(out.start, startProb);
  for (let from = 0; from < K * K; from += K)
    keepPossible(out.transitions.subarray(from, from + K), transMat.subarray(from, from + K));
  const traces = new Float64Array(out.emission.length);
  emission.traces?.(traces);
  for (const [i, trace] of traces.entries()) out.emission[i]! += 1e-9 * trace;
  return out;
}

/** Gives counts that are 0 where p is not a trace of the others. */
function keepPossible(counts: Float64Array, p: Float64Array): void {
  const trace = 1e-12 * counts.reduce((sum, n) => sum + n, 0);
  for (let i = 0; i < counts.length; i++) if (p[i]! > 0) counts[i] = Math.max(counts[i]!, trace);
}
