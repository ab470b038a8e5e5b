/** Vectors of all weights, as pointers into the memory of kernels. */
import { combine64, dot64, dotWorkspace64 } from '@seqloom/kernels';
import type { TrainingMemory } from './training-memory.js';

export class Vectors {
  readonly #memory: TrainingMemory;
  readonly #sums: number;

  constructor(memory: TrainingMemory) {
    this.#memory = memory;
    this.#sums = memory.vector(dotWorkspace64(memory.size));
  }

  /** Zeros. */
  create(): number {
    return this.#memory.vector();
  }

  /** Until the memory grows. */
  view(x: number): Float64Array<ArrayBuffer> {
    return this.#memory.doubles(x);
  }

  /** The same bits however many threads there are, as everything here. */
  dot(x: number, y: number): number {
    return dot64(this.#memory.kernels, x, y, this.#memory.size, this.#sums);
  }

  norm(x: number): number {
    return Math.sqrt(this.dot(x, x));
  }

  /** out = a·x + b·y; out may be x or y. */
  combine(a: number, x: number, b: number, y: number, out: number): void {
    combine64(this.#memory.kernels, { by: a, vector: x }, { by: b, vector: y }, out, this.#memory.size);
  }

  copy(x: number, out: number): void {
    this.view(out).set(this.view(x));
  }
}
