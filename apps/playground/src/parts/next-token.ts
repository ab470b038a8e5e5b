/** What comes next: an embedding, any causal layer, and logits over the symbols; and how it writes on. */
import { Module, type RecurrentLayer, type Rng, sequence } from '@seqloom/core';
import { crossEntropies, Embedding, Linear, maskedCrossEntropy, type Writer } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { CausalLayer } from './causal.js';

export interface NextTokenParts {
  readonly vocabularySize: number;
  readonly embeddingSize: number;
  readonly layer: CausalLayer;
  readonly rng: Rng;
}

export class NextToken extends Module {
  readonly embedding: Embedding;
  readonly layer: CausalLayer;
  readonly output: Linear;

  constructor({ vocabularySize, embeddingSize, layer, rng }: NextTokenParts) {
    super();
    this.embedding = new Embedding({ vocabularySize, size: embeddingSize, rng });
    this.layer = layer;
    this.output = new Linear({ inputSize: layer.outputSize, outputSize: vocabularySize, rng });
  }

  /** ids [B,T] → the states [B,T,U] behind each symbol and logits [B,T,V] of the one after it; `layer` may stand for its own. */
  forward(ids: tf.Tensor2D, layer: RecurrentLayer<unknown> = this.layer): { states: tf.Tensor3D; logits: tf.Tensor3D } {
    const { values } = layer.forward(sequence(this.embedding.forward(ids))).output;
    return { states: values, logits: this.output.forward(values) };
  }

  /** Mean cross-entropy of all ids [B,T+1] after the first → scalar. */
  loss(ids: tf.Tensor2D): tf.Scalar {
    const { given, next } = shifted(ids);
    return maskedCrossEntropy(this.forward(given).logits, next, tf.onesLike(next));
  }

  /** [2]: the share of ids [B,T+1] after the first that are the likeliest ones, and their mean cross-entropy in bits. */
  measure(ids: tf.Tensor2D): tf.Tensor1D {
    const { given, next } = shifted(ids);
    const { logits } = this.forward(given);
    const right = tf.mean(tf.cast(tf.equal(tf.argMax(logits, 2), next), 'float32'));
    const bits = tf.div(tf.mean(crossEntropies(logits, next, tf.onesLike(next))), Math.LN2);
    return tf.stack([right, bits]) as tf.Tensor1D;
  }

  /** Writes on from a prompt of at least one id; the start symbol of a search is not read, and `layer` may stand for its own. */
  writer(prompt: readonly number[], layer: RecurrentLayer<unknown> = this.layer): Writer {
    const read = prompt.slice(0, -1);
    const start = (copies: number): Reading => {
      let state = layer.initialState(copies);
      if (read.length > 0) {
        const ids = tf.tile(tf.tensor2d([read], undefined, 'int32'), [copies, 1]);
        state = layer.forward(sequence(this.embedding.forward(ids))).state;
      }
      return { state, last: tf.fill([copies], prompt.at(-1)!, 'int32') as tf.Tensor1D };
    };
    const step = (symbols: tf.Tensor1D, { state, last }: Reading) => {
      const next = layer.step(this.embedding.forward(last ?? symbols), state);
      return { logits: this.output.forward(next.output), state: { state: next.state } };
    };
    return { vocabularySize: this.embedding.vocabularySize, rows: 1, start, step } as Writer;
  }
}

/** What a writer carries: the layer's state and, before the first step, the prompt's last id. */
interface Reading {
  readonly state: unknown;
  readonly last?: tf.Tensor1D;
}

function shifted(ids: tf.Tensor2D): { given: tf.Tensor2D; next: tf.Tensor2D } {
  const [B, T] = ids.shape;
  return { given: tf.slice(ids, [0, 0], [B, T - 1]), next: tf.slice(ids, [0, 1], [B, T - 1]) };
}
