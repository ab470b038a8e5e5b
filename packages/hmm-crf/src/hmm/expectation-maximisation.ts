/** Expectation–maximisation, the one loop that every model here learns by, as a stream of events. */
import { DataError } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import { Pause } from '@seqloom/core/pause';
import type { Rng } from '@seqloom/core/rng';
import type { BaumWelchOptions, IterationEvent, StoppedEvent } from './baum-welch.js';
import type { FitResult } from './fit.js';

/** What learning asks of a model; nothing changes in it before `maximise`. */
export interface LatentModel<Data, Statistics extends { logLikelihood: number }> {
  /** Checks the data, and draws starting values, the first time. */
  prepare(data: Data, rng?: Rng): void;
  /** The E-step, resting between sequences. */
  expect(data: Data): Generator<void, Statistics, void>;
  /** The M-step. */
  maximise(statistics: Statistics): void;
  /** log p(parameters) under the priors, up to a constant. */
  logPrior(): number;
}

export type LearnOptions = Omit<BaumWelchOptions, 'allowed'>;

export interface LearnFitOptions extends LearnOptions {
  /** Called after each iteration. */
  onIteration?(event: IterationEvent): void;
}

/** Learns from `data`, one iteration at a time; going on later is another call. Throws before it changes anything where the data is impossible. */
export async function* expectationMaximisation<Data, Statistics extends { logLikelihood: number }>(
  model: LatentModel<Data, Statistics>,
  data: Data,
  options: LearnOptions = {},
): AsyncGenerator<IterationEvent | StoppedEvent, void, void> {
  const where = 'expectationMaximisation';
  knownOptions(where, options, ['iterations', 'tolerance', 'rng', 'signal']);
  const { iterations = 100, tolerance = 0.01, rng, signal } = options;
  count(where, 'iterations', iterations, 0);
  within(where, 'tolerance', tolerance, -Number.MAX_VALUE);
  model.prepare(data, rng);
  let last = Number.NaN;
  const pause = new Pause();
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const start = performance.now();
    const statistics = await unlessAborted(model.expect(data), pause, signal);
    if (!statistics) return yield { type: 'stopped', reason: 'aborted', iterations: iteration - 1 };
    const { logLikelihood } = statistics;
    const logPosterior = logLikelihood + model.logPrior();
    model.maximise(statistics);
    const gain = logPosterior - last;
    last = logPosterior;
    const seconds = (performance.now() - start) / 1000;
    yield { type: 'iteration', iteration, logLikelihood, logPosterior, gain, seconds };
    if (gain < tolerance) return yield { type: 'stopped', reason: 'converged', iterations: iteration };
  }
  yield { type: 'stopped', reason: signal?.aborted ? 'aborted' : 'finished', iterations };
}

/** Runs `expectationMaximisation` to its end. */
export async function learn<Data, Statistics extends { logLikelihood: number }>(
  model: LatentModel<Data, Statistics>,
  data: Data,
  { onIteration, ...options }: LearnFitOptions = {},
): Promise<FitResult> {
  return resultOf(expectationMaximisation(model, data, options), onIteration);
}

/** What a run of events comes to. */
export async function resultOf(
  events: AsyncIterable<IterationEvent | StoppedEvent>,
  onIteration?: (event: IterationEvent) => void,
): Promise<FitResult> {
  const history: number[] = [];
  let logPosterior = Number.NaN;
  for await (const event of events) {
    if (event.type === 'stopped') return { history, logPosterior, stopped: event.reason };
    history.push(event.logLikelihood);
    logPosterior = event.logPosterior;
    onIteration?.(event);
  }
  return { history, logPosterior, stopped: 'aborted' };
}

/** Throws a DataError where sums over the data are no numbers, before anything is learned from them. */
export function finiteSums(where: string, sums: Float64Array): void {
  if (sums.every(Number.isFinite)) return;
  throw new DataError(where, 'sums over the data overflow', { hint: 'scale the values down' });
}

/** What a generator returns, without rests. */
export function finish<T>(steps: Generator<void, T, void>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

async function unlessAborted<T>(
  steps: Generator<void, T, void>,
  pause: Pause,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (signal?.aborted) return undefined;
    if (step.done) return step.value;
    if (pause.isDue()) await pause.take();
  }
}
