/** Several attentions side by side, each on its own projection; heads are folded into the batch, so any attention can be inside. */
import type { Attended, AttendOptions, Attends, Memory, Rng, Sequence } from '@seqloom/core';
import {
  count,
  dims,
  glorotUniform,
  keepWhere,
  knownOptions,
  Module,
  OptionError,
  parameter,
  show,
  zeros,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { allOf, keyMask } from './masks.js';
import { project } from './project.js';

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

/** weight [D,U] and bias [U]. */
export interface Projection {
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias?: tf.Variable<tf.Rank.R1>;
}

/** Multi-head attention over any inner attention: context [B,Q,size], weights [B·H,Q,K] with row b·H + h. arXiv:1706.03762 */
export class MultiHead<Keys = tf.Tensor3D> extends Module implements Attends<Memory<Keys>> {
  readonly heads: number;
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
    if (size % heads !== 0)
      throw new OptionError('MultiHead', `\`size\` ${size} is not a multiple of \`heads\` ${heads}`);
    if (typeof inner?.attend !== 'function' || typeof inner.remember !== 'function') {
      throw new OptionError('MultiHead', `\`inner\` must have remember and attend, got ${show(inner)}`);
    }
    this.inner = inner;
    this.heads = heads;
    const projection = (from: number) => newProjection(from, size, bias, rng);
    this.query = projection(querySize);
    this.key = projection(keySize);
    this.value = projection(valueSize);
    this.output = projection(size);
  }

  /** Projects keys [B,K,D] and values [B,K,V], and lets the inner attention remember them head by head. Throws ShapeError. */
  remember(keys: Sequence, values: Sequence = keys): Memory<Memory<Keys>> {
    dims('MultiHead.remember', {
      'keys.values': [keys?.values, `B K ${this.key.weight.shape[0]}`],
      'keys.mask': [keys?.mask, 'B K'],
      'values.values': [values?.values, `B K ${this.value.weight.shape[0]}`],
    });
    const cleanKeys = keepWhere(keys.mask, keys.values);
    const cleanValues = values === keys ? cleanKeys : keepWhere(keys.mask, values.values);
    const mask = repeatRows(keys.mask, this.heads);
    const inner = this.inner.remember(
      { values: this.#split(apply(this.key, cleanKeys)), mask },
      { values: this.#split(apply(this.value, cleanValues)), mask },
    );
    return { keys: inner, values: cleanValues, mask: keys.mask };
  }

  /** query [B,Q,D] → context [B,Q,size], weights [B·H,Q,K]; `previous` is what the step before returned. Throws ShapeError. */
  attend(query: tf.Tensor3D, memory: Memory<Memory<Keys>>, { previous, mask }: AttendOptions = {}): Attended {
    dims('MultiHead.attend', {
      query: [query, `B Q ${this.query.weight.shape[0]}`],
      'memory.mask': [memory.mask, 'B K'],
      ...(mask ? { 'options.mask': [mask, mask.rank === 2 ? 'Q K' : 'B Q K'] as const } : {}),
    });
    const { context, ...alignment } = this.inner.attend(this.#split(apply(this.query, query)), memory.keys, {
      previous,
      mask: mask?.rank === 3 ? repeatRows(mask, this.heads) : mask,
    });
    const output = apply(this.output, this.#merge(context));
    const answer = this.output.bias ? keepWhere(seesAnything(query, memory.mask, mask), output) : output;
    return { context: answer, ...alignment };
  }

  /** weights [B·H,Q,K] → [B,H,Q,K]. */
  perHead(weights: tf.Tensor3D): tf.Tensor4D {
    const [rows, Q, K] = weights.shape;
    return tf.reshape(weights, [rows / this.heads, this.heads, Q, K]);
  }

  /** [B,T,H·D] → [B·H,T,D]. */
  #split(x: tf.Tensor3D): tf.Tensor3D {
    const [B, T, size] = x.shape;
    const apart = tf.transpose(tf.reshape(x, [B, T, this.heads, size / this.heads]), [0, 2, 1, 3]); // [B,H,T,D]
    return tf.reshape(apart, [B * this.heads, T, size / this.heads]);
  }

  /** [B·H,T,D] → [B,T,H·D]. */
  #merge(x: tf.Tensor3D): tf.Tensor3D {
    const [rows, T, D] = x.shape;
    const B = rows / this.heads;
    const together = tf.transpose(tf.reshape(x, [B, this.heads, T, D]), [0, 2, 1, 3]); // [B,T,H,D]
    return tf.reshape(together, [B, T, this.heads * D]);
  }
}

function newProjection(from: number, to: number, bias: boolean, rng?: Rng): Projection {
  const weight = parameter<tf.Rank.R2>([from, to], glorotUniform, rng);
  return bias ? { weight, bias: parameter<tf.Rank.R1>([to], zeros, rng) } : { weight };
}

function apply({ weight, bias }: Projection, x: tf.Tensor3D): tf.Tensor3D {
  return project(x, weight as tf.Tensor2D, bias as tf.Tensor1D | undefined);
}

/** Each row of a mask [B,…] `times` times: [B·times,…]. */
function repeatRows<T extends tf.Tensor>(x: T, times: number): T {
  const [B, ...rest] = x.shape as [number, ...number[]];
  const copies = allOf(tf.expandDims(x, 1), tf.ones([times, ...rest.map(() => 1)], 'bool')); // [B,times,…]
  return tf.reshape(copies, [B * times, ...rest]) as T;
}

/** Which queries have an allowed key, [B,Q]: the output's bias must not answer for the others. */
function seesAnything(query: tf.Tensor3D, keys: tf.Tensor2D, mask?: tf.Tensor): tf.Tensor2D {
  const real = keyMask(keys);
  const seen = tf.any(mask ? allOf(real, mask) : real, -1); // [B,Q], or [B,1]
  return tf.broadcastTo(seen, [query.shape[0], query.shape[1]]);
}
