/** Heads that share keys and values. */
import type { Attended, AttendOptions, Attends, Memory, Rng, Sequence } from '@seqloom/core';
import { count, knownOptions, Module, OptionError } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
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
 * Grouped-query attention: head h reads the keys and values of group ⌊h·keyHeads/heads⌋, so that projections and memory are of keyHeads instead of heads of them; they are spread to
 * all heads while they are attended to. Context [B,Q,size], weights [B·H,Q,K] with row b·H + h. arXiv:2305.13245, with keyHeads 1 arXiv:1911.02150
 */
export class GroupedQuery<Keys = tf.Tensor3D>
  extends Module
  implements Recalls<Memory<Keys>>, ShowsWeights<Memory<Keys>>
{
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
    checkHeads('GroupedQuery', { inner, heads, size });
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
    return rememberHeads('GroupedQuery', this, keys, values);
  }

  /** keys [B,K,D] and values [B,K,V] behind their projections, for `recall`: what a cache keeps. Throws ShapeError. */
  project(keys: Sequence, values: Sequence = keys): Projected {
    return projectHeads('GroupedQuery.project', this, keys, values);
  }

  /** The memory of projections that `project` made. */
  recall(projected: Projected): Memory<Memory<Keys>> {
    return recallHeads(this, projected);
  }

  /** query [B,Q,size] → context [B,Q,size], weights [B·H,Q,K]; `previous` is what the step before returned. Throws ShapeError. */
  attend(query: tf.Tensor3D, memory: Memory<Memory<Keys>>, options?: AttendOptions): Attended {
    return attendHeads('GroupedQuery', this, query, memory, options);
  }

  /** The weights of chosen queries, [B·H,rows,K], of all unless told: as `ChunkedAttention.weights` for an inner attention that has them too. Throws ShapeError. */
  weights(
    query: tf.Tensor3D,
    memory: Memory<Memory<Keys>>,
    rows?: readonly number[],
    options?: WeightsOptions,
  ): tf.Tensor3D {
    return weightsOfHeads('GroupedQuery', this, query, memory, rows, options);
  }
}
