/** A pool of threads. */
import type { Call } from './run-all.js';

export interface Threads {
  /** How many threads work, the caller's among them. */
  readonly count: number;
  run(calls: readonly Call[]): void;
}
