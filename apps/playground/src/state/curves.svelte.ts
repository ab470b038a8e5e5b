/** The curves of a run. */
import type { Progress } from '../worker/protocol.js';
import { Series } from './series.js';

export class Curves {
  readonly loss = new Series();
  readonly measure = new Series();
  /** Grows whenever there is something new to draw. */
  version = $state(0);

  follow({ losses, measures }: Progress): void {
    this.loss.add(losses);
    this.measure.add(measures.map(([step, values]) => [step, values[0]!]));
    if (losses.length + measures.length > 0) this.version++;
  }

  /** Forgets what came after `step`. */
  cut(step: number): void {
    this.loss.cut(step);
    this.measure.cut(step);
    this.version++;
  }
}
