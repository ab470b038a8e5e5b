/** Progress of a training run in the terminal: a bar with the loss and the time left; on a pipe, one line an epoch. */
import type { Callback } from '@seqloom/core';
import { Presets, SingleBar } from 'cli-progress';

const format = '{bar} {percentage}% · epoch {epoch} · loss {loss} · {eta_formatted} left {note}';

/** A callback of `fit` over `total` steps. */
export function trainingBar(total: number): Callback {
  const bar = new SingleBar({ format, hideCursor: true, barsize: 28, etaBuffer: 50, fps: 5 }, Presets.shades_classic);
  const live = process.stderr.isTTY;
  if (live) bar.start(total, 0, { epoch: 1, loss: '–', note: '' });
  return (event) => {
    if (event.type === 'step') bar.update(event.step, { epoch: event.epoch + 1, loss: event.loss.toFixed(4) });
    if (event.type === 'evaluation') bar.update({ note: describe(event.metrics) });
    if (event.type === 'stopped') bar.stop();
    if (live) return;
    if (event.type === 'epoch') {
      console.log(`epoch ${event.epoch + 1}: loss ${event.meanLoss.toFixed(4)}, ${event.seconds.toFixed(1)} s`);
    }
    if (event.type === 'evaluation') console.log(`  ${describe(event.metrics)}`);
  };
}

function describe(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(' · ');
}
