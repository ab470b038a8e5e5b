/** Baum–Welch: expectation–maximisation as a stream of events; whoever pulls them sets the pace. */
import { DataError } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { checkAllowed } from './allowed-states.js';
import { addExpectations, batches, type ExpectedStatistics, noStatistics } from './expectations.js';
import type { HMM } from './hmm.js';
import { prepareKnown } from './known-start.js';
import type { Observations } from './observations.js';
import { pause } from './pause.js';

export interface BaumWelchOptions {
  /** How many more, at most; 100 unless given. */
  iterations?: number;
  /** Ends when log p(data) + log p(parameters) has gained less than this; 0.01 unless given. */
  tolerance?: number;
  /** [N,K], 1 = the state is allowed at the row; `allowedStates` makes it of labels that are known in part. */
  allowed?: Uint8Array;
  /** Draws starting values, once for each model. */
  rng?: Rng;
  /** Ends learning with the model as the last iteration left it. */
  signal?: AbortSignal;
}

/** One E-step and the M-step after it; the likelihood is that of the parameters before. */
export interface IterationEvent {
  readonly type: 'iteration';
  /** From 1, in this run. */
  readonly iteration: number;
  /** log p(data) */
  readonly logLikelihood: number;
  /** log p(data) + log p(parameters), up to a constant: never falls. */
  readonly logPosterior: number;
  /** What `logPosterior` has gained; NaN at first. */
  readonly gain: number;
  readonly seconds: number;
}

export interface StoppedEvent {
  readonly type: 'stopped';
  readonly reason: 'converged' | 'finished' | 'aborted';
  readonly iterations: number;
}

/**
 * Learns from `data`, one iteration at a time. The model is the whole state: going on later is another call. Not pulling pauses; `signal`
 * or `return()` end the run and leave the model as the last iteration left it. Throws before it changes anything: a DataError where the
 * data cannot come from the model, an OptionError or ShapeError otherwise.
 */
export async function* baumWelch(
  hmm: HMM,
  data: Observations,
  options: BaumWelchOptions = {},
): AsyncGenerator<IterationEvent | StoppedEvent, void, void> {
  const where = 'baumWelch';
  knownOptions(where, options, ['iterations', 'tolerance', 'allowed', 'rng', 'signal']);
  const { iterations = 100, tolerance = 0.01, allowed, rng, signal } = options;
  count(where, 'iterations', iterations, 0);
  within(where, 'tolerance', tolerance, -Number.MAX_VALUE);
  if (allowed) {
    checkAllowed(where, allowed, hmm.check(data), hmm.stateCount);
    prepareKnown(hmm, data, allowed, rng);
  } else hmm.prepare(data, rng);
  let last = Number.NaN;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const start = performance.now();
    const statistics = await expectedStatistics(hmm, data, allowed, signal);
    if (!statistics) return yield { type: 'stopped', reason: 'aborted', iterations: iteration - 1 };
    checkStatistics(statistics);
    const { logLikelihood } = statistics;
    const logPosterior = logLikelihood + hmm.logPrior();
    hmm.maximise(statistics);
    const gain = logPosterior - last;
    last = logPosterior;
    const seconds = (performance.now() - start) / 1000;
    yield { type: 'iteration', iteration, logLikelihood, logPosterior, gain, seconds };
    if (gain < tolerance) return yield { type: 'stopped', reason: 'converged', iterations: iteration };
  }
  yield { type: 'stopped', reason: signal?.aborted ? 'aborted' : 'finished', iterations };
}

/** The M-step, as a function. */
export function maximise(hmm: HMM, statistics: ExpectedStatistics): void {
  hmm.maximise(statistics);
}

/** Throws a DataError where sums of the data are no numbers, before anything is learned from them. */
export function checkStatistics({ emission }: ExpectedStatistics): void {
  if (emission.every(Number.isFinite)) return;
  throw new DataError('baumWelch', 'sums over the data overflow', { hint: 'scale the values down' });
}

/** Undefined when aborted. Lets others run now and then, so that something can be aborted. */
export async function expectedStatistics(
  hmm: HMM,
  data: Observations,
  allowed: Uint8Array | undefined,
  signal: AbortSignal | undefined,
): Promise<ExpectedStatistics | undefined> {
  const statistics = noStatistics(hmm);
  const breathe = pause();
  for (const batch of batches(data, allowed)) {
    await breathe();
    if (signal?.aborted) return undefined;
    addExpectations(hmm, batch, statistics);
  }
  return signal?.aborted ? undefined : statistics;
}
