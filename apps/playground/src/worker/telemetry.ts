/** What training measured since the last report, sent at most ten times a second: the page draws, it does not count messages. */
import * as tf from '@tensorflow/tfjs-core';
import type { Point, Progress } from './protocol.js';

const pause = 100;
const window = 2000;

/** Where training stands. */
export type Stand = Pick<Progress, 'phase' | 'step' | 'past'>;

export class Telemetry {
  #losses: Point[] = [];
  #measures: [number, readonly number[]][] = [];
  #ends: number[] = [];
  #last = Number.NEGATIVE_INFINITY;
  readonly #send: (progress: Progress) => void;

  constructor(send: (progress: Progress) => void) {
    this.#send = send;
  }

  loss(step: number, value: number): void {
    this.#losses.push([step, value]);
    this.#ends.push(performance.now());
  }

  measure(step: number, values: readonly number[]): void {
    this.#measures.push([step, values]);
  }

  /** Speed is that of uninterrupted training. */
  rest(): void {
    this.#ends = [];
  }

  /** Sends what is new; `due` only when the last report is long enough ago. */
  report({ phase, step, past }: Stand, when: 'now' | 'due' = 'now'): void {
    const now = performance.now();
    if (when === 'due' && now - this.#last < pause) return;
    this.#last = now;
    const { numTensors, numBytes } = tf.memory();
    const [losses, measures] = [this.#losses, this.#measures];
    this.#losses = [];
    this.#measures = [];
    this.#send({
      phase,
      step,
      losses,
      measures,
      stepsPerSecond: this.#speed(now),
      tensors: numTensors,
      bytes: numBytes,
      past,
    });
  }

  #speed(now: number): number {
    const recent = this.#ends.findIndex((end) => now - end < window);
    this.#ends = recent < 0 ? this.#ends.slice(-2) : this.#ends.slice(Math.max(0, recent - 1));
    const [first, last] = [this.#ends[0], this.#ends.at(-1)];
    return first === undefined || last === undefined || last === first
      ? 0
      : (1000 * (this.#ends.length - 1)) / (last - first);
  }
}
