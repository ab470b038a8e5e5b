/** Several attentions side by side, each on its own projection; heads are folded into the batch, so any attention can be inside. */
import type { Attended, AttendOptions, Attends, Memory, Rng, Sequence } from '@seqloom/core';
import { count, knownOptions, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ShowsWeights, WeightsOptions } from './chunked/pattern.js';
import {
  attendHeads,
  checkHeads,
  newProjection,
  type Projected,
  type Projection,
  projectHeads,
  type Recalls,
  recallHeads,
  rememberHeads,
  weightsOfHeads,
} from './heads.js';

export interface MultiHeadOptions<Keys> {
  /** What each head does, on queries, keys and values of `size / heads` features. */
  inner: Attends<Keys>;
  heads: number;
  /** Features of all heads together, and of the context. */
  size: number;
  /** Features of the query; `size` unless told. */
  querySize?: number;
  /** Features of the keys; `size` unless told. */
  keySize?: number;
  /** Features of the values; `keySize` unless told. */
  valueSize?: number;
  /** Whether the projections have biases; true unless told. */
  bias?: boolean;
  rng?: Rng;
}

/** Multi-head attention over any inner attention: context [B,Q,size], weights [B·H,Q,K] with row b·H + h. arXiv:1706.03762 */
export class MultiHead<Keys = tf.Tensor3D> extends Module implements Recalls<Memory<Keys>>, ShowsWeights<Memory<Keys>> {
  readonly heads: number;
  readonly keyHeads: number;
  readonly inner: Attends<Keys>;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;

  constructor(options: MultiHeadOptions<Keys>) {
    super();
    knownOptions('MultiHead', options, ['inner', 'heads', 'size', 'querySize', 'keySize', 'valueSize', 'bias', 'rng']);
    const { inner, heads, size, querySize = size, keySize = size, valueSize = keySize, bias = true, rng } = options;
    const sizes = { heads, size, querySize, keySize, valueSize };
    for (const [name, value] of Object.entries(sizes)) count('MultiHead', name, value);
    checkHeads('MultiHead', { inner, heads, size });
    this.inner = inner;
    this.heads = heads;
    this.keyHeads = heads;
    const projection = (from: number) => newProjection(from, size, bias, rng);
    this.query = projection(querySize);
    this.key = projection(keySize);
    this.value = projection(valueSize);
    this.output = projection(size);
  }

  /** Projects keys [B,K,D] and values [B,K,V], and lets the inner attention remember them head by head. Throws ShapeError. */
  remember(keys: Sequence, values: Sequence = keys): Memory<Memory<Keys>> {
    return rememberHeads('MultiHead', this, keys, values);
  }

  /** keys [B,K,D] and values [B,K,V] behind their projections, for `recall`: what a cache keeps. Throws ShapeError. */
  project(keys: Sequence, values: Sequence = keys): Projected {
    return projectHeads('MultiHead.project', this, keys, values);
  }

  /** The memory of projections that `project` made. */
  recall(projected: Projected): Memory<Memory<Keys>> {
    return recallHeads(this, projected);
  }

  /** query [B,Q,D] → context [B,Q,size], weights [B·H,Q,K]; `previous` is what the step before returned. Throws ShapeError. */
  attend(query: tf.Tensor3D, memory: Memory<Memory<Keys>>, options?: AttendOptions): Attended {
    return attendHeads('MultiHead', this, query, memory, options);
  }

  /** The weights of chosen queries, [B·H,rows,K], of all unless told: as `ChunkedAttention.weights` for an inner attention that has them too. Throws ShapeError. */
  weights(
    query: tf.Tensor3D,
    memory: Memory<Memory<Keys>>,
    rows?: readonly number[],
    options?: WeightsOptions,
  ): tf.Tensor3D {
    return weightsOfHeads('MultiHead', this, query, memory, rows, options);
  }

  /** weights [B·H,Q,K] → [B,H,Q,K]. */
  perHead(weights: tf.Tensor3D): tf.Tensor4D {
    const [rows, Q, K] = weights.shape;
    return tf.reshape(weights, [rows / this.heads, this.heads, Q, K]);
  }
}
