/** A task for positions alone, as self-attention: each place writes the letter that stood two places before it. */

import { Attention, causalMask, GroupedQuery, MultiHead, RotaryScore, ScaledDotScore } from '@seqloom/attention';
import { type Attended, type Attends, Module, type Rng, sequence } from '@seqloom/core';
import { Embedding, Linear, maskedCrossEntropy } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Mechanism } from './mechanisms.js';

const [size, letters, back] = [16, 12, 2];

/** Letters attend to letters before them, through one projection of queries and one of keys; only the attention knows places. */
export class TwoBack extends Module {
  readonly letters: Embedding;
  readonly query: Linear;
  readonly key: Linear;
  readonly attention: Attends<unknown>;
  readonly output: Linear;

  constructor(make: Mechanism['make'], rng: Rng) {
    super();
    this.letters = new Embedding({ vocabularySize: letters, size, rng });
    this.query = new Linear({ inputSize: size, outputSize: size, rng });
    this.key = new Linear({ inputSize: size, outputSize: size, rng });
    this.attention = make({ size, maxKeys: 64, rng });
    this.output = new Linear({ inputSize: size, outputSize: letters, rng });
  }

  /** ids [B,T] → context [B,T,D], weights [B,T,T]. */
  attend(ids: tf.Tensor2D): Attended {
    const read = this.letters.forward(ids);
    const memory = this.attention.remember(sequence(this.key.forward(read)), sequence(read));
    return this.attention.attend(this.query.forward(read), memory, { mask: causalMask(ids.shape[1]) });
  }

  /** Cross-entropy of the letter two places before each; the first two have none. */
  loss(ids: tf.Tensor2D): tf.Scalar {
    const [B, T] = ids.shape;
    const logits = tf.slice(this.output.forward(this.attend(ids).context), [0, back, 0], [B, T - back, letters]);
    const targets = tf.slice(ids, [0, 0], [B, T - back]);
    return maskedCrossEntropy(logits as tf.Tensor3D, targets, tf.ones<tf.Rank.R2>([B, T - back], 'bool'));
  }
}

const inner = () => new Attention({ scorer: new RotaryScore({ inner: new ScaledDotScore() }) });

/** Two heads with rotary positions. */
export const twoHeads: Record<string, Mechanism> = {
  'multi-head': { make: ({ size, rng }) => new MultiHead({ inner: inner(), heads: 2, size, rng }) as Attends<unknown> },
  'grouped-query': {
    make: ({ size, rng }) => new GroupedQuery({ inner: inner(), heads: 2, keyHeads: 1, size, rng }) as Attends<unknown>,
  },
};
