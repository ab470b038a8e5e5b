/** A learned vector per id. */
import type { Rng } from '@seqloom/core';
import { count, DataError, gatherRows, knownOptions, Module, normal, parameter, ShapeError, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface EmbeddingOptions {
  vocabularySize: number;
  size: number;
  /**
   * For large vocabularies: `train` and `fit` update only the rows of the ids in a batch (on cpu and wasm), so that a step costs what the
   * batch costs. The other rows keep their values and the optimiser's moments, as with PyTorch's sparse embeddings and SparseAdam.
   */
  sparse?: boolean;
  rng?: Rng;
}

/** Looks up rows of a table: ids […] int32 → vectors […,E]. */
export class Embedding extends Module {
  readonly vocabularySize: number;
  readonly size: number;
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly #lookUp: (ids: tf.Tensor) => tf.Tensor;

  constructor(options: EmbeddingOptions) {
    super();
    knownOptions('Embedding', options, ['vocabularySize', 'size', 'sparse', 'rng']);
    this.vocabularySize = count('Embedding', 'vocabularySize', options.vocabularySize);
    this.size = count('Embedding', 'size', options.size);
    this.weight = parameter([this.vocabularySize, this.size], normal(1 / Math.sqrt(this.size)), options.rng);
    this.#lookUp = options.sparse
      ? (ids) => gatherRows(this.weight, ids)
      : (ids) => tf.gather(this.weight as tf.Tensor, ids as tf.Tensor1D);
  }

  /** ids [B,T] → [B,T,E]; any other rank likewise. Throws DataError on an id outside the vocabulary, where the backend sees it (cpu, wasm). */
  forward(ids: tf.Tensor2D): tf.Tensor3D;
  forward(ids: tf.Tensor1D): tf.Tensor2D;
  forward(ids: tf.Tensor): tf.Tensor;
  forward(ids: tf.Tensor): tf.Tensor {
    if (!(ids instanceof tf.Tensor))
      throw new ShapeError('Embedding.forward', `\`ids\` must be a tensor, got ${show(ids)}`);
    const whole = ids.dtype === 'int32' ? ids : tf.cast(ids, 'int32');
    try {
      return this.#lookUp(whole);
    } catch (cause) {
      const problem = `\`ids\` must be whole numbers from 0 to ${this.vocabularySize - 1}`;
      throw new DataError('Embedding.forward', problem, { cause, hint: (cause as Error).message });
    }
  }
}
