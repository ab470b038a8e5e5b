/** The curves of a run: the loss, and one per quality that is measured. */
import type { Progress } from '../worker/protocol.js';
import { Series } from './series.js';

export class Curves {
  readonly loss = new Series();
  readonly #qualities: Series[] = [];
  /** Grows whenever there is something new to draw. */
  version = $state(0);

  quality(index: number): Series {
    this.#qualities[index] ??= new Series();
    return this.#qualities[index];
  }

  follow({ losses, measures }: Progress): void {
    this.loss.add(losses);
    for (const [step, values] of measures) {
      for (const [index, value] of values.entries()) this.quality(index).add([[step, value]]);
    }
    if (losses.length + measures.length > 0) this.version++;
  }

  /** Forgets what came after `step`. */
  cut(step: number): void {
    for (const series of [this.loss, ...this.#qualities]) series.cut(step);
    this.version++;
  }
}
