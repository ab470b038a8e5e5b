/** Learning without the events: Baum–Welch to its end, and several times from different starts. */
import { count, knownOptions } from '@seqloom/core/options';
import { defaultRng } from '@seqloom/core/rng';
import { type BaumWelchOptions, baumWelch, type IterationEvent } from './baum-welch.js';
import { resultOf } from './expectation-maximisation.js';
import type { HMM } from './hmm.js';
import type { Observations } from './observations.js';

export interface FitOptions extends BaumWelchOptions {
  /** Called after each iteration. */
  onIteration?(event: IterationEvent): void;
}

export interface FitResult {
  /** log p(data) before each iteration. */
  readonly history: readonly number[];
  /** log p(data) + log p(parameters) before the last iteration. */
  readonly logPosterior: number;
  readonly stopped: 'converged' | 'finished' | 'aborted';
}

/** Runs `baumWelch` to its end. */
export function fit(hmm: HMM, data: Observations, options: FitOptions = {}): Promise<FitResult> {
  const { onIteration, ...rest } = options;
  return resultOf(baumWelch(hmm, data, rest), onIteration);
}

export interface RestartOptions extends FitOptions {
  /** How many models are made and learned; 10 unless given. */
  restarts?: number;
}

/** What `fitBest` asks of a model: all of this package that learn by expectation–maximisation have it. */
export interface Learner<Data> {
  fit(data: Data, options?: FitOptions): Promise<FitResult>;
}

/** Learns several models that `create` makes, each from a start of its own, and returns the one of highest posterior with its result. */
export async function fitBest<Data, Model extends Learner<Data>>(
  create: () => Model,
  data: Data,
  options: RestartOptions = {},
): Promise<FitResult & { model: Model }> {
  const where = 'fitBest';
  const known = ['restarts', 'iterations', 'tolerance', 'allowed', 'rng', 'signal', 'onIteration'];
  knownOptions(where, options, known);
  const { restarts = 10, rng = defaultRng, ...rest } = options;
  let best: (FitResult & { model: Model }) | undefined;
  for (let run = 0; run < count(where, 'restarts', restarts); run++) {
    const model = create();
    const result = await model.fit(data, { ...rest, rng: rng.split() });
    if (!best || result.logPosterior > best.logPosterior) best = { ...result, model };
    if (result.stopped === 'aborted') break;
  }
  return best!;
}
