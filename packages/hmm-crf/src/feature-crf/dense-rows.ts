/**
 * Attributes that have features for most labels, as rows of all labels: kernels add whole vectors then, and these are the attributes that
 * occur most often.
 */
import type { TrainingMemory } from './training-memory.js';

interface Row {
  /** The attribute's features are first..end−1. */
  readonly first: number;
  readonly end: number;
  readonly at: number;
}

export class DenseRows {
  readonly #memory: TrainingMemory;
  readonly #rows: readonly Row[];
  readonly #weights: number;
  readonly #gradient: number;
  readonly #size: number;

  /** From now on the kernels read these rows, and no weights of theirs elsewhere. */
  constructor(memory: TrainingMemory) {
    const { labelCount: L, stateOffsets } = memory.features;
    const P = L + (L % 2);
    const rows: Row[] = [];
    for (let a = 0; a + 1 < stateOffsets.length; a++) {
      const [first, end] = [stateOffsets[a]!, stateOffsets[a + 1]!];
      const isDense = 2 * (end - first) >= L && end - first < L; // those with all labels need no row
      if (isDense) memory.group(a, [rows.push({ first, end, at: P * rows.length }) - 1, -1]);
    }
    this.#memory = memory;
    this.#rows = rows;
    this.#size = P * rows.length;
    this.#weights = memory.vector(this.#size);
    this.#gradient = memory.vector(this.#size);
    memory.use({ denseWeights: this.#weights, denseGradient: this.#gradient });
  }

  /** Copies weights [K] into the rows, and empties those of the gradient. */
  spread(weights: Float64Array): void {
    const { stateLabels } = this.#memory.features;
    const rows = this.#memory.doubles(this.#weights, this.#size);
    for (const { first, end, at } of this.#rows) {
      for (let f = first; f < end; f++) rows[at + stateLabels[f]!] = weights[f]!;
    }
    this.#memory.doubles(this.#gradient, this.#size).fill(0);
  }

  /** Copies the rows of the gradient into the gradient [K]. */
  gather(gradient: Float64Array): void {
    const { stateLabels } = this.#memory.features;
    const rows = this.#memory.doubles(this.#gradient, this.#size);
    for (const { first, end, at } of this.#rows) {
      for (let f = first; f < end; f++) gradient[f] = rows[at + stateLabels[f]!]!;
    }
  }
}
