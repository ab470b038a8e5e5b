/** Progress of a training run in the terminal: a bar, the loss and the time left. */

import type { TrainEvent } from '@seqloom/core';
import { Presets, SingleBar } from 'cli-progress';

export interface TrainingBar {
  see(event: TrainEvent): void;
  stop(): void;
}

/** A bar over `total` steps; on a pipe instead of a terminal it prints one line an epoch. */
export function trainingBar(total: number): TrainingBar {
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% · epoch {epoch} · loss {loss} · {eta_formatted} left',
      hideCursor: true,
      stopOnComplete: true,
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { epoch: 1, loss: '–' });
  return {
    see(event) {
      if (event.type === 'step') bar.update(event.step, { epoch: event.epoch + 1, loss: event.loss.toFixed(4) });
      if (event.type === 'epoch' && !process.stderr.isTTY)
        console.log(`epoch ${event.epoch + 1}: loss ${event.loss.toFixed(4)}, ${event.seconds.toFixed(1)} s`);
    },
    stop: () => bar.stop(),
  };
}
