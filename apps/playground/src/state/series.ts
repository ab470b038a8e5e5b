/** A curve that may grow for hours: when it gets long, every other point is dropped, so that drawing stays cheap. */
import type { Point } from '../worker/protocol.js';

const most = 4000;

export class Series {
  readonly steps: number[] = [];
  readonly values: number[] = [];
  #stride = 1;
  #seen = 0;

  add(points: readonly Point[]): void {
    for (const [step, value] of points) {
      if (this.#seen++ % this.#stride !== 0) continue;
      this.steps.push(step);
      this.values.push(value);
      if (this.steps.length > most) this.#thin();
    }
  }

  /** Forgets what came after `step`, where training goes on; step 0 is a new start. */
  cut(step: number): void {
    const keep = step === 0 ? 0 : this.steps.findIndex((at) => at > step);
    if (keep < 0) return;
    this.steps.length = keep;
    this.values.length = keep;
    if (keep > 0) return;
    this.#stride = 1;
    this.#seen = 0;
  }

  get last(): number | undefined {
    return this.values.at(-1);
  }

  /** The values with the noise of single batches averaged out: over more and more of them, up to about ten. */
  smoothed(): number[] {
    let mean = 0;
    return this.values.map((value, index) => {
      const weight = Math.min(0.9, index / (index + 10));
      mean = weight * mean + (1 - weight) * value;
      return mean;
    });
  }

  #thin(): void {
    const keep = <T>(list: T[]) => list.filter((_, index) => index % 2 === 0);
    this.steps.splice(0, Infinity, ...keep(this.steps));
    this.values.splice(0, Infinity, ...keep(this.values));
    this.#stride *= 2;
  }
}
