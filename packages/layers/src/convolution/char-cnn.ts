/** Words read by their characters. */
import type { Rng } from '@seqloom/core';
import { count, defaultRng, dims, keepWhere, knownOptions, Module, OptionError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Embedding } from '../embedding.js';
import { CausalConv1d } from './causal-conv1d.js';
import { maxOverTime } from './max-over-time.js';

/** Filters that see `width` characters. */
export interface CharFilters {
  width: number;
  count: number;
}

export interface CharCNNOptions {
  /** How many characters there are. */
  vocabularySize: number;
  /** The size of a character's vector. */
  size: number;
  filters: readonly CharFilters[];
  rng?: Rng;
}

/**
 * Character CNN (arXiv:1508.06615): embeds characters, lets filters of several widths slide over each word, and keeps tanh of the largest answer of
 * each: words [B,T,C] of characters → [B,T,Σ count]. Before a word stand zeros, so a filter may be wider than the word.
 */
export class CharCNN extends Module {
  readonly outputSize: number;
  readonly embedding: Embedding;
  readonly convolutions: readonly CausalConv1d[];

  constructor(options: CharCNNOptions) {
    super();
    knownOptions('CharCNN', options, ['vocabularySize', 'size', 'filters', 'rng']);
    const { vocabularySize, size, filters, rng = defaultRng } = options;
    if (!Array.isArray(filters) || filters.length === 0)
      throw new OptionError('CharCNN', '`filters` must be a list of at least one { width, count }');
    this.embedding = new Embedding({ vocabularySize, size, rng });
    this.convolutions = filters.map((each: CharFilters, i) => {
      const kernel = count('CharCNN', `filters[${i}].width`, each?.width);
      const outputSize = count('CharCNN', `filters[${i}].count`, each.count);
      return new CausalConv1d({ inputSize: size, outputSize, kernel, rng });
    });
    this.outputSize = this.convolutions.reduce((sum, { outputSize }) => sum + outputSize, 0);
  }

  /** ids [B,T,C] int32 and mask [B,T,C], 1 = a character → [B,T,outputSize], 0 for a word without characters. Throws ShapeError, or DataError on an unknown id. */
  forward(ids: tf.Tensor3D, mask: tf.Tensor3D): tf.Tensor3D {
    const { B, T, C } = dims('CharCNN.forward', { ids: [ids, 'B T C'], mask: [mask, 'B T C'] });
    const real = tf.reshape<tf.Rank.R2>(mask, [B * T, C]);
    const known = keepWhere(real, tf.cast(tf.reshape<tf.Rank.R2>(ids, [B * T, C]), 'int32'));
    const characters = { values: this.embedding.forward(known), mask: real };
    const answers = this.convolutions.map((convolution) => maxOverTime(convolution.forward(characters).output));
    return tf.reshape(tf.tanh(tf.concat(answers, 1)), [B, T, this.outputSize]);
  }
}
