/** Callback: says in a line of text how training goes. */
import { knownOptions, within } from '../options.js';
import type { Callback } from './fit.js';

export interface ProgressOptions {
  /** At most one line about steps in so many seconds, 1 unless told. */
  everySeconds?: number;
}

/** Reports lines such as `epoch 2 · step 140 · loss 0.1234 · 12.3 steps/s` and one for each epoch, evaluation and end. */
export function progress(report: (line: string) => void, options: ProgressOptions = {}): Callback {
  knownOptions('progress', options, ['everySeconds']);
  const { everySeconds = 1 } = options;
  within('progress', 'everySeconds', everySeconds, 0);
  let [seconds, steps, losses] = [0, 0, 0];
  return (event) => {
    if (event.type === 'epoch') report(`epoch ${event.epoch + 1} · mean loss ${shorten(event.meanLoss)}`);
    if (event.type === 'evaluation') report(`epoch ${event.epoch + 1} · ${metricsText(event.metrics)}`);
    if (event.type === 'stopped') report(`${event.reason} · step ${event.step}`);
    if (event.type !== 'step') return;
    seconds += event.seconds;
    steps++;
    losses += event.loss;
    if (seconds < everySeconds) return;
    const speed = (steps / Math.max(seconds, 1e-9)).toFixed(1);
    report(`epoch ${event.epoch + 1} · step ${event.step} · loss ${shorten(losses / steps)} · ${speed} steps/s`);
    [seconds, steps, losses] = [0, 0, 0];
  };
}

function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${shorten(value)}`)
    .join(' · ');
}

function shorten(value: number): string {
  return String(Number(value.toPrecision(4)));
}
