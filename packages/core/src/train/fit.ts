/** Training with callbacks. */
import type { Module } from '../module.js';
import type { TrainEvent } from './events.js';
import type { Metrics, TrainOptions } from './options.js';
import { train } from './train.js';

/** What a callback may answer to end training: `{ stop: 'reason' }`. */
// biome-ignore lint/suspicious/noConfusingVoidType: most callbacks answer nothing, and should not have to say so
export type CallbackAnswer = { stop: string } | undefined | void;

/** Is told every event, in order, and awaited. */
export type Callback = (event: TrainEvent, model: Module) => CallbackAnswer | Promise<CallbackAnswer>;

/** How training ended; losses and metrics are those of the last epoch. */
export interface FitResult {
  reason: string;
  step: number;
  meanLoss: number | undefined;
  metrics: Metrics;
}

/**
 * Trains to the end, telling the callbacks; the event 'stopped' is always the last one they get, unless there is an error. A callback's `stop` ends training as
 * the signal does: an epoch that is over is evaluated and saved first.
 */
export async function fit<Batch>(
  options: TrainOptions<Batch>,
  callbacks: readonly Callback[] = [],
): Promise<FitResult> {
  const result: FitResult = { reason: 'finished', step: 0, meanLoss: undefined, metrics: {} };
  const ending = new AbortController();
  const end = () => ending.abort();
  const given = options?.signal;
  if (given?.aborted) end();
  given?.addEventListener('abort', end);
  let reason: string | undefined;
  try {
    for await (const made of train({ ...options, signal: ending.signal })) {
      const event = made.type === 'stopped' && reason !== undefined ? { ...made, reason } : made;
      note(result, event);
      const stop = await tell(callbacks, event, options.model);
      if (stop === undefined) continue;
      reason ??= stop;
      end();
    }
  } finally {
    given?.removeEventListener('abort', end);
  }
  return result;
}

function note(result: FitResult, event: TrainEvent): void {
  if ('step' in event) result.step = event.step;
  if (event.type === 'epoch') result.meanLoss = event.meanLoss;
  if (event.type === 'evaluation') result.metrics = event.metrics;
  if (event.type === 'stopped') result.reason = event.reason;
}

async function tell(callbacks: readonly Callback[], event: TrainEvent, model: Module): Promise<string | undefined> {
  let stop: string | undefined;
  for (const callback of callbacks) stop = (await callback(event, model))?.stop ?? stop;
  return stop;
}
