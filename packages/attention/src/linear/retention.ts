/** Attention without softmax, which is a recurrence over a matrix: parallel over a sequence, or step by step in constant memory. */
import type { Sequence } from '@seqloom/core';
import { asMask, dims, keepWhere, knownOptions, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface RetentionOptions {
  /** γ: what a step leaves of the memory of those before; 1 (plain linear attention) unless told. */
  decay?: number;
  /** Positive features of queries and keys; with them outputs are means: weights sum to 1. None unless told: outputs are sums. */
  features?: (x: tf.Tensor) => tf.Tensor;
}

/** What a step hands on: the sum of key·valueᵀ [B,D,V], and of the keys [B,D]. */
export interface RetentionState {
  readonly sum: tf.Tensor3D;
  readonly total: tf.Tensor2D;
}

/** elu(x) + 1: the positive features of "Transformers are RNNs". arXiv:2006.16236 */
export function eluPlusOne(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.elu(x), 1);
}

/**
 * Causal linear attention: output_t = Σ_{s≤t} γ^(t−s) (f(q_t)·f(k_s)) v_s, divided by the same sum without v where there are `features` f. With `features: eluPlusOne` it is
 * linear attention (arXiv:2006.16236), with `decay` a head of retention (arXiv:2307.08621). Scale queries or keys before. Padded steps are skipped: they neither count nor decay.
 */
export class Retention {
  readonly decay: number;
  readonly features: RetentionOptions['features'];

  constructor(options: RetentionOptions = {}) {
    knownOptions('Retention', options, ['decay', 'features']);
    this.decay = within('Retention', 'decay', options.decay ?? 1, Number.MIN_VALUE, 1);
    this.features = options.features;
  }

  /** The state before the first step. */
  initialState(batch: number, keySize: number, valueSize: number): RetentionState {
    return { sum: tf.zeros([batch, keySize, valueSize]), total: tf.zeros([batch, keySize]) };
  }

  /** All steps: query [B,T,D], keys [B,T,D], values [B,T,V] → output [B,T,V], 0 at padding, and weights [B,T,T]. Throws ShapeError. */
  forward(query: tf.Tensor3D, keys: Sequence, values: tf.Tensor3D): { output: tf.Tensor3D; weights: tf.Tensor3D } {
    dims('Retention.forward', {
      query: [query, 'B T D'],
      keys: [keys.values, 'B T D'],
      mask: [keys.mask, 'B T'],
      values: [values, 'B T V'],
    });
    const [q, k, v] = [query, keys.values, values].map((x) => keepWhere(keys.mask, x as tf.Tensor3D)) as Three;
    const products = tf.matMul<tf.Tensor3D>(this.#map(q), keepWhere(keys.mask, this.#map(k)), false, true);
    const scores = tf.mul<tf.Tensor3D>(products, this.#decays(keys.mask));
    const weights = this.features ? normalized(scores, tf.sum(scores, -1, true)) : scores;
    return { output: keepWhere(keys.mask, tf.matMul<tf.Tensor3D>(weights, v)), weights };
  }

  /** One step: query [B,D], key [B,D], value [B,V] → output [B,V] and the next state. */
  step(
    query: tf.Tensor2D,
    key: tf.Tensor2D,
    value: tf.Tensor2D,
    state: RetentionState,
  ): { output: tf.Tensor2D; state: RetentionState } {
    const { B, D } = dims('Retention.step', { query: [query, 'B D'], key: [key, 'B D'], value: [value, 'B V'] });
    const [q, k] = [this.#map(query), this.#map(key)];
    const outer = tf.matMul<tf.Tensor3D>(tf.reshape(k, [B, D, 1]), tf.expandDims(value, 1) as tf.Tensor3D);
    const sum = tf.add<tf.Tensor3D>(tf.mul(state.sum, this.decay), outer);
    const total = tf.add<tf.Tensor2D>(tf.mul(state.total, this.decay), k);
    const read = tf.squeeze<tf.Tensor2D>(tf.matMul(tf.reshape(q, [B, 1, D]), sum), [1]);
    const output = this.features ? normalized(read, tf.sum(tf.mul(q, total), -1, true)) : read;
    return { output, state: { sum, total } };
  }

  #map<T extends tf.Tensor>(x: T): T {
    return this.features ? (this.features(x) as T) : x;
  }

  /** γ^(real steps from s to t) for s ≤ t, 0 elsewhere: [B,T,T]. */
  #decays(mask: tf.Tensor2D): tf.Tensor3D {
    const T = mask.shape[1];
    const count = tf.cumsum(tf.cast(asMask(mask), 'float32'), 1);
    const between = tf.sub(tf.expandDims(count, 2), tf.expandDims(count, 1)); // [B,T,T]
    const past = tf.linalg.bandPart(tf.ones([T, T]), -1, 0);
    const kept = tf.exp(tf.mul(tf.relu(between), Math.log(this.decay)));
    return tf.mul(kept, past);
  }
}

type Three = [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];

/** x / total; positive features leave no total 0 but that of a row without a key, whose x is 0 too. */
export function normalized<T extends tf.Tensor>(x: T, total: tf.Tensor): T {
  return tf.div(x, tf.add(total, 1e-9));
}
