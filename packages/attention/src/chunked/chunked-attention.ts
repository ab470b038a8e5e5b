/** Exact attention over long inputs: dot products and softmax tile by tile, without the weights of all queries in memory. */
import type { Attended, AttendOptions, Attends, Memory, Op, Sequence } from '@seqloom/core';
import { asMask, count, defineOp, dims, keepWhere, knownOptions, Module, ShapeError, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { chosenQueries } from './chosen-queries.js';
import { type ChunkedAttributes, type ChunkedInputs, chunkedKernels } from './chunked-kernels.js';
import { inChunks, weightsOf } from './in-chunks.js';
import { type Pattern, type Patterned, type ShowsWeights, seesAnything, type WeightsOptions } from './pattern.js';

export interface ChunkedAttentionOptions {
  /** energy = scale·query·key: 1/√D unless told, as scaled dot attention; 1 is dot attention. */
  scale?: number;
  /** Whether no query sees beyond its own position; the queries are the last Q positions, as for `causalMask`. False unless told. */
  causal?: boolean;
  /** Only keys less than this far from the query are seen: `windowMask(Q, K, window, window - 1)`, and with `causal` `windowMask(Q, K, window)`. */
  window?: number;
  /** How many weights Q·K of a sequence `attend` may return; 65,536 unless told, 0 for never. */
  weightsUpTo?: number;
}

/**
 * context = softmax(scale·query·keysᵀ)·values, exactly, in memory that grows with Q + K; what the pattern masks costs nothing. Equal to
 * `Attention({ scorer: new ScaledDotScore() })` with `causalMask` and `windowMask`. FlashAttention, arXiv:2205.14135
 */
export class ChunkedAttention extends Module implements Attends, Patterned, ShowsWeights {
  readonly scale: number | undefined;
  readonly pattern: Pattern;
  readonly weightsUpTo: number;

  constructor(options: ChunkedAttentionOptions = {}) {
    super();
    knownOptions('ChunkedAttention', options, ['scale', 'causal', 'window', 'weightsUpTo']);
    const { scale, causal = false, window, weightsUpTo = 65_536 } = options;
    if (scale !== undefined) within('ChunkedAttention', 'scale', scale, -Infinity);
    if (window !== undefined) count('ChunkedAttention', 'window', window);
    this.scale = scale;
    this.pattern = { causal, ...(window === undefined ? {} : { window }) };
    this.weightsUpTo = within('ChunkedAttention', 'weightsUpTo', weightsUpTo, 0);
  }

  /** Cleans the padding of keys [B,K,D] and values [B,K,V]. Throws ShapeError when they disagree or hold nothing. */
  remember(keys: Sequence, values: Sequence = keys): Memory<tf.Tensor3D> {
    const { B, K } = dims('ChunkedAttention.remember', {
      'keys.values': [keys?.values, 'B K D'],
      'keys.mask': [keys?.mask, 'B K'],
      'values.values': [values?.values, 'B K V'],
    });
    if (B * K === 0) throw new ShapeError('ChunkedAttention.remember', `\`keys\` are empty: [B=${B}, K=${K}]`);
    const cleanKeys = keepWhere(keys.mask, keys.values);
    const cleanValues = values === keys ? cleanKeys : keepWhere(keys.mask, values.values);
    return { keys: cleanKeys, values: cleanValues, mask: keys.mask };
  }

  /**
   * query [B,Q,D] → context [B,Q,V], and weights [B,Q,K] where Q·K ≤ `weightsUpTo`. Beyond, weights are [B,Q,0]: ask `weights` for the rows that you
   * want to see. `previous` is not read. Throws ShapeError.
   */
  attend(query: tf.Tensor3D, memory: Memory<tf.Tensor3D>, { mask }: AttendOptions = {}): Attended {
    const { B, Q, K } = this.#check('ChunkedAttention.attend', query, memory, mask);
    if (Q * K <= this.weightsUpTo) {
      const weights = this.weights(query, memory, undefined, { mask });
      return { context: tf.matMul<tf.Tensor3D>(weights, memory.values), weights };
    }
    const { keys, values } = memory;
    const dense = mask ? asMask(mask.rank === 2 ? tf.expandDims(mask, 0) : mask) : tf.ones([1, 1, 1], 'bool');
    const attributes = { ...this.pattern, scale: this.#scaleFor(query) };
    const [context] = chunkedAttention({ query, keys, values, mask: asMask(memory.mask), dense }, attributes);
    return { context: context as tf.Tensor3D, weights: tf.zeros([B, Q, 0]) };
  }

  /** The weights of chosen queries, [B,rows,K]; of all unless told, which takes [B,Q,K] of memory. Throws ShapeError. */
  weights(
    query: tf.Tensor3D,
    memory: Memory<tf.Tensor3D>,
    rows?: readonly number[],
    { mask }: WeightsOptions = {},
  ): tf.Tensor3D {
    this.#check('ChunkedAttention.weights', query, memory, mask);
    const asked = { query, keys: memory.mask, pattern: this.pattern, mask };
    const { queries, allowed } = chosenQueries('ChunkedAttention.weights', asked, rows);
    return weightsOf(queries, memory.keys, allowed as tf.Tensor3D, this.#scaleFor(query));
  }

  /** Which queries see a key, [B,Q], of the key mask [B,K] and the mask [Q,K] or [B,Q,K] that `attend` is given. */
  seesAnything(queries: number, keys: tf.Tensor2D, mask?: tf.Tensor): tf.Tensor2D {
    return seesAnything(queries, keys, mask, this.pattern);
  }

  #scaleFor(query: tf.Tensor3D): number {
    return this.scale ?? 1 / Math.sqrt(query.shape[2]);
  }

  #check(where: string, query: tf.Tensor3D, memory: Memory<tf.Tensor3D>, mask?: tf.Tensor) {
    dims(where, {
      query: [query, 'B Q D'],
      'memory.keys': [memory.keys, 'B K D'],
      'memory.values': [memory.values, 'B K V'],
      ...(mask ? { 'options.mask': [mask, mask.rank === 2 ? 'Q K' : 'B Q K'] as const } : {}),
    });
    const [B, Q] = query.shape;
    const K = memory.keys.shape[1];
    const { causal, window } = this.pattern;
    if ((causal || window) && Q > K) {
      throw new ShapeError(where, `${Q} queries cannot be the last of ${K} positions`);
    }
    return { B, Q, K };
  }
}

/** context [B,Q,V] of query [B,Q,D], keys [B,K,D], values [B,K,V] (0 at padding), mask [B,K] and dense [B or 1,Q,K], or [1,1,1] where there is none. */
export const chunkedAttention: Op<ChunkedInputs, ChunkedAttributes> = defineOp({
  name: 'ChunkedAttention',
  inputs: ['query', 'keys', 'values', 'mask', 'dense'],
  workspaces: 1,
  composed(inputs, { scale, causal, window }) {
    const { dense, ...rest } = inputs as Record<ChunkedInputs, tf.Tensor3D>;
    const whole = dense.shape[1] === rest.query.shape[1] && dense.shape[2] === rest.keys.shape[1];
    const attended = { ...rest, mask: inputs.mask as tf.Tensor2D, dense: whole ? dense : undefined };
    return [inChunks(attended, scale, { causal, ...(window ? { window } : {}) })];
  },
  fused: chunkedKernels,
});
