/** What a row runs with: the data, how much of them, and how training is told about and saved. */
import type { Callback, TrainEvent } from '@seqloom/core';
import { fileStorage } from '@seqloom/core/node';
import type { loadDataset } from '@seqloom/data/datasets';
import type { FitOptions } from '@seqloom/models';
import type { Clock } from './clock.js';

export interface ContextOptions {
  load: typeof loadDataset;
  /** A few examples and one epoch: to see that the row works, not what it reaches. */
  quick: boolean;
  /** Where checkpoints are kept; a row that was stopped goes on from there. */
  folder: string;
  clock: Clock;
  say(line: string): void;
}

/** What the config of a row says of training. */
export interface Learning {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate?: number;
}

const fewest = 24;

export class Context {
  readonly quick: boolean;
  readonly load: typeof loadDataset;
  readonly say: (line: string) => void;
  readonly #folder: string;
  readonly #clock: Clock;

  constructor({ load, quick, folder, clock, say }: ContextOptions) {
    this.quick = quick;
    this.load = load;
    this.say = say;
    this.#folder = folder;
    this.#clock = clock;
  }

  /** All of a list, or a few from all over it where the run is quick. */
  some<T>(list: readonly T[], few = fewest): readonly T[] {
    const stride = Math.max(1, Math.floor(list.length / few));
    return this.quick ? list.filter((_, i) => i % stride === 0).slice(0, few) : list;
  }

  /** Options of `fit` that report and save, under the name of the model where the row has more than one. */
  fit<Example>(
    { epochs, ...learning }: Learning,
    more: Omit<FitOptions<Example>, 'checkpoints' | 'callbacks'> = {},
    name = 'model',
  ): FitOptions<Example> {
    return {
      ...learning,
      ...more,
      epochs: this.quick ? 1 : epochs,
      callbacks: [this.#report(name), this.#keepTime()],
      checkpoints: { storage: fileStorage(this.#folder), name, resume: true, everySteps: 250 },
    };
  }

  #report(name: string): Callback {
    let [steps, loss, seconds] = [0, 0, 0];
    return (event: TrainEvent) => {
      if (event.type === 'step') {
        steps++;
        loss += event.loss;
        seconds += event.seconds;
        if (seconds < 30) return;
        const pace = `${((1000 * seconds) / steps).toFixed(0)} ms a step`;
        this.say(`${name}: epoch ${event.epoch + 1}, step ${event.step}: loss ${(loss / steps).toFixed(4)}, ${pace}`);
        [steps, loss, seconds] = [0, 0, 0];
      }
      if (event.type === 'epoch')
        this.say(`${name}: epoch ${event.epoch + 1}: loss ${event.meanLoss.toFixed(4)}, ${event.seconds.toFixed(0)} s`);
      if (event.type === 'evaluation') this.say(`${name}: ${told(event.metrics)}`);
    };
  }

  #keepTime(): Callback {
    return async (event) => {
      if (event.type === 'checkpoint') await this.#clock.save();
    };
  }
}

function told(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ');
}
