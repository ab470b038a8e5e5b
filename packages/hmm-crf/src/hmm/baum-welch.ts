/** Baum–Welch: expectation–maximisation as a stream of events; whoever pulls them sets the pace. */
import { knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { checkAllowed } from './allowed-states.js';
import { expectationMaximisation } from './expectation-maximisation.js';
import { expectedStatistics } from './expectations.js';
import type { HMM } from './hmm.js';
import { prepareKnown } from './known-start.js';
import type { Observations } from './observations.js';

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
  knownOptions('baumWelch', options, ['iterations', 'tolerance', 'allowed', 'rng', 'signal']);
  const { allowed, ...rest } = options;
  if (allowed) checkAllowed('baumWelch', allowed, hmm.check(data), hmm.stateCount);
  yield* expectationMaximisation(
    {
      prepare: (_, rng) => (allowed ? prepareKnown(hmm, data, allowed, rng) : hmm.prepare(data, rng)),
      expect: () => expectedStatistics(hmm, data, allowed),
      maximise: (statistics) => hmm.maximise(statistics),
      logPrior: () => hmm.logPrior(),
    },
    data,
    rest,
  );
}
