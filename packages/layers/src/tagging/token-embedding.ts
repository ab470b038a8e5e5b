/** Tokens that are known by several columns: word, lower case, affixes, shape. */
import type { Rng } from '@seqloom/core';
import { defaultRng, dims, knownOptions, Module, OptionError, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { bernoulli } from '../bernoulli.js';
import { Dropout } from '../dropout.js';
import { Embedding } from '../embedding.js';

export interface TokenColumn {
  vocabularySize: number;
  size: number;
  /** The id of an unknown token; with it, the column takes part in word dropout. */
  unknown?: number;
}

export interface TokenEmbeddingOptions {
  columns: readonly TokenColumn[];
  /** The rate at which, in training, ids become unknown, so that the model learns to read unknown words by their other columns. */
  wordDropout?: number;
  /** The dropout rate on the vectors. */
  dropout?: number;
  rng?: Rng;
}

/** One embedding per column, side by side: ids [B,T,F] int32 → [B,T,ΣE]. */
export class TokenEmbedding extends Module {
  readonly outputSize: number;
  readonly columns: readonly Embedding[];
  readonly unknown: readonly (number | undefined)[];
  readonly wordDropout: number;
  readonly dropout: Dropout;
  readonly rng: Rng;

  constructor(options: TokenEmbeddingOptions) {
    super();
    knownOptions('TokenEmbedding', options, ['columns', 'wordDropout', 'dropout', 'rng']);
    const { columns, wordDropout = 0, dropout = 0, rng = defaultRng } = options;
    if (!Array.isArray(columns) || columns.length === 0)
      throw new OptionError('TokenEmbedding', '`columns` must be a list of at least one { vocabularySize, size }');
    this.columns = columns.map(({ vocabularySize, size }) => new Embedding({ vocabularySize, size, rng }));
    this.unknown = columns.map(({ unknown }) => unknown);
    this.outputSize = this.columns.reduce((sum, { size }) => sum + size, 0);
    this.wordDropout = within('TokenEmbedding', 'wordDropout', wordDropout, 0, 1);
    this.dropout = new Dropout({ rate: dropout, rng });
    this.rng = rng.split();
  }

  /** ids [B,T,F], a column of ids for each column of the options → [B,T,ΣE]. Throws ShapeError, or DataError on an id outside a vocabulary. */
  forward(ids: tf.Tensor3D): tf.Tensor3D {
    dims('TokenEmbedding.forward', { ids: [ids, `B T ${this.columns.length}`] });
    const vectors = (tf.unstack(ids, 2) as tf.Tensor2D[]).map((column, f) =>
      (this.columns[f] as Embedding).forward(this.#forget(column, this.unknown[f])),
    );
    return this.dropout.forward(tf.concat(vectors, 2));
  }

  #forget(column: tf.Tensor2D, unknown: number | undefined): tf.Tensor2D {
    if (!this.training || this.wordDropout === 0 || unknown === undefined) return column;
    const keep = tf.tensor2d(bernoulli(column.size, 1 - this.wordDropout, 1, this.rng), column.shape, 'bool');
    return tf.where(keep, column as tf.Tensor, tf.scalar(unknown, 'int32')) as tf.Tensor2D;
  }
}
