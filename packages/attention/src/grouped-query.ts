/** Heads that share keys and values. */
import type { Attended, AttendOptions, Attends, Memory, Rng, Sequence } from '@seqloom/core';
import { count, dims, keepWhere, knownOptions, Module, OptionError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { apply, mergeHeads, newProjection, type Projection, repeatRows, seesAnything, splitHeads } from './heads.js';

export interface GroupedQueryOptions<Keys> {
  /** What each head does, on queries, keys and values of `size / heads` features. */
  inner: Attends<Keys>;
  heads: number;
  /** How many heads of keys and values there are, a divisor of `heads`: 1 is multi-query attention, `heads` multi-head attention. */
  keyHeads: number;
  /** Features of all heads together, of queries and of the context. */
  size: number;
  /** Features of keys and values; `size` unless told. */
  keySize?: number;
  /** Whether the projections have biases; false unless told, as in the models that use it. */
  bias?: boolean;
  rng?: Rng;
}

/**
 * Grouped-query attention: head h reads the keys and values of group ⌊h·keyHeads/heads⌋, so that there are projections of keyHeads instead of heads of them (the memory spreads them to all heads). Context [B,Q,size],
 * weights [B·H,Q,K] with row b·H + h. arXiv:2305.13245, with keyHeads 1 arXiv:1911.02150
 */
export class GroupedQuery<Keys = tf.Tensor3D> extends Module implements Attends<Memory<Keys>> {
  readonly heads: number;
  readonly keyHeads: number;
  readonly inner: Attends<Keys>;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;

  constructor(options: GroupedQueryOptions<Keys>) {
    super();
    knownOptions('GroupedQuery', options, ['inner', 'heads', 'keyHeads', 'size', 'keySize', 'bias', 'rng']);
    const { inner, heads, keyHeads, size, keySize = size, bias = false, rng } = options;
    for (const [name, value] of Object.entries({ heads, keyHeads, size, keySize })) count('GroupedQuery', name, value);
    if (size % heads !== 0)
      throw new OptionError('GroupedQuery', `\`size\` ${size} is not a multiple of \`heads\` ${heads}`);
    if (heads % keyHeads !== 0)
      throw new OptionError('GroupedQuery', `\`heads\` ${heads} is not a multiple of \`keyHeads\` ${keyHeads}`);
    this.inner = inner;
    this.heads = heads;
    this.keyHeads = keyHeads;
    const shared = (size / heads) * keyHeads;
    this.query = newProjection(size, size, bias, rng);
    this.key = newProjection(keySize, shared, bias, rng);
    this.value = newProjection(keySize, shared, bias, rng);
    this.output = newProjection(size, size, bias, rng);
  }

  /** Projects keys [B,K,D] and values [B,K,D], group by group. Throws ShapeError. */
  remember(keys: Sequence, values: Sequence = keys): Memory<Memory<Keys>> {
    dims('GroupedQuery.remember', {
      'keys.values': [keys?.values, `B K ${this.key.weight.shape[0]}`],
      'keys.mask': [keys?.mask, 'B K'],
      'values.values': [values?.values, `B K ${this.value.weight.shape[0]}`],
    });
    const cleanKeys = keepWhere(keys.mask, keys.values);
    const cleanValues = values === keys ? cleanKeys : keepWhere(keys.mask, values.values);
    const mask = repeatRows(keys.mask, this.heads);
    const spread = (x: tf.Tensor3D) => eachTimes(splitHeads(x, this.keyHeads), this.heads / this.keyHeads);
    const inner = this.inner.remember(
      { values: spread(apply(this.key, cleanKeys)), mask },
      { values: spread(apply(this.value, cleanValues)), mask },
    );
    return { keys: inner, values: cleanValues, mask: keys.mask };
  }

  /** query [B,Q,size] → context [B,Q,size], weights [B·H,Q,K]; `previous` is what the step before returned. Throws ShapeError. */
  attend(query: tf.Tensor3D, memory: Memory<Memory<Keys>>, { previous, mask }: AttendOptions = {}): Attended {
    dims('GroupedQuery.attend', {
      query: [query, `B Q ${this.query.weight.shape[0]}`],
      'memory.mask': [memory.mask, 'B K'],
      ...(mask ? { 'options.mask': [mask, mask.rank === 2 ? 'Q K' : 'B Q K'] as const } : {}),
    });
    const { context, ...alignment } = this.inner.attend(splitHeads(apply(this.query, query), this.heads), memory.keys, {
      previous,
      mask: mask?.rank === 3 ? repeatRows(mask, this.heads) : mask,
    });
    const output = apply(this.output, mergeHeads(context, this.heads));
    const answer = this.output.bias ? keepWhere(seesAnything(query, memory.mask, mask), output) : output;
    return { context: answer, ...alignment };
  }
}

/** Each row of x [R,T,D] `times` times: [R·times,T,D]. */
function eachTimes(x: tf.Tensor3D, times: number): tf.Tensor3D {
  const [rows, T, D] = x.shape;
  return tf.reshape(tf.tile(tf.expandDims(x, 1), [1, times, 1, 1]), [rows * times, T, D]);
}
