/** Documents as one vector: words pooled into sentences, sentences into the document. */
import type { Rng, Sequence } from '@seqloom/core';
import { asMask, dims, knownOptions, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { AttentionPooling } from './attention-pooling.js';

export interface HierarchicalPoolingOptions {
  /** D, of the words. */
  wordSize: number;
  /** D', of the sentences: what `sentences` makes of D; D unless there is one. */
  sentenceSize?: number;
  /** U, of both scores. */
  size: number;
  /** Reads the pooled sentences [B,S,D] before they are pooled: a recurrent layer, say. */
  sentences?: { forward(sentences: Sequence): { output: Sequence } };
  rng?: Rng;
}

/** Hierarchical attention: words [B,S,W,D] with mask [B,S,W] → [B,D'], and the weights of words in their sentence and of sentences. Yang et al. 2016 (NAACL). */
export class HierarchicalPooling extends Module {
  readonly words: AttentionPooling;
  readonly sentences: HierarchicalPoolingOptions['sentences'];
  readonly document: AttentionPooling;

  constructor(options: HierarchicalPoolingOptions) {
    super();
    knownOptions('HierarchicalPooling', options, ['wordSize', 'sentenceSize', 'size', 'sentences', 'rng']);
    const { wordSize, sentenceSize = wordSize, size, sentences, rng } = options;
    this.words = new AttentionPooling({ keySize: wordSize, size, rng });
    this.sentences = sentences;
    this.document = new AttentionPooling({ keySize: sentenceSize, size, rng });
  }

  /** A sentence is real where it has a real word. Throws ShapeError. */
  forward(words: tf.Tensor4D, mask: tf.Tensor3D): { output: tf.Tensor2D; words: tf.Tensor3D; sentences: tf.Tensor2D } {
    const { B, S, W, D } = dims('HierarchicalPooling.forward', { words: [words, 'B S W D'], mask: [mask, 'B S W'] });
    const flat = {
      values: tf.reshape<tf.Rank.R3>(words, [B * S, W, D]),
      mask: tf.reshape<tf.Rank.R2>(mask, [B * S, W]),
    };
    const pooled = this.words.forward(flat);
    const size = pooled.output.shape[1];
    const read: Sequence = {
      values: tf.reshape<tf.Rank.R3>(pooled.output, [B, S, size]),
      mask: tf.any(asMask(mask), 2) as tf.Tensor2D,
    };
    const { output, weights } = this.document.forward(this.sentences ? this.sentences.forward(read).output : read);
    return { output, words: tf.reshape(pooled.weights, [B, S, W]), sentences: weights };
  }
}
