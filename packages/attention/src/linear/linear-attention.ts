/** Attention whose weights are products of features: time and memory grow with Q + K, and its causal form is a recurrence. */
import type { Attended, AttendOptions, Attends, Memory, Sequence } from '@seqloom/core';
import { dims, keepWhere, knownOptions, Module, OptionError, ShapeError, show, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { chosenQueries } from '../chunked/chosen-queries.js';
import {
  type Pattern,
  type Patterned,
  type ShowsWeights,
  seesAnything,
  type WeightsOptions,
} from '../chunked/pattern.js';
import { eluPlusOne, normalized, Retention, type RetentionState } from './retention.js';

export interface LinearAttentionOptions {
  /** Positive features of queries and keys; `eluPlusOne` unless told. */
  features?: (x: tf.Tensor) => tf.Tensor;
  /** Whether no query sees beyond its own position; the queries are the last Q positions. False unless told. */
  causal?: boolean;
  /** How many weights Q·K of a sequence `attend` may return; 65,536 unless told, 0 for never. */
  weightsUpTo?: number;
}

const chunk = 64; // queries at a time of the causal form: [B,64,64] weights, and one sum over all keys before them

/**
 * Linear attention: weights f(query)·f(key), divided by their sum over the keys that the query sees. With `causal` it is a recurrence as well: `step` after `step`
 * gives what `attend` gives for all at once. arXiv:2006.16236
 */
export class LinearAttention extends Module implements Attends, Patterned, ShowsWeights {
  readonly features: (x: tf.Tensor) => tf.Tensor;
  readonly pattern: Pattern;
  readonly weightsUpTo: number;
  readonly #recurrence: Retention;

  constructor(options: LinearAttentionOptions = {}) {
    super();
    knownOptions('LinearAttention', options, ['features', 'causal', 'weightsUpTo']);
    const { features = eluPlusOne, causal = false, weightsUpTo = 65_536 } = options;
    if (typeof features !== 'function')
      throw new OptionError('LinearAttention', `\`features\` must be a function, got ${show(features)}`);
    this.features = features;
    this.pattern = { causal };
    this.weightsUpTo = within('LinearAttention', 'weightsUpTo', weightsUpTo, 0);
    this.#recurrence = new Retention({ features });
  }

  /** Cleans the padding of keys [B,K,D] and values [B,K,V], and makes features of the keys. Throws ShapeError when they disagree or hold nothing. */
  remember(keys: Sequence, values: Sequence = keys): Memory<tf.Tensor3D> {
    const { B, K } = dims('LinearAttention.remember', {
      'keys.values': [keys?.values, 'B K D'],
      'keys.mask': [keys?.mask, 'B K'],
      'values.values': [values?.values, 'B K V'],
    });
    if (B * K === 0) throw new ShapeError('LinearAttention.remember', `\`keys\` are empty: [B=${B}, K=${K}]`);
    const features = this.#map(keepWhere(keys.mask, keys.values));
    return { keys: keepWhere(keys.mask, features), values: keepWhere(keys.mask, values.values), mask: keys.mask };
  }

  /**
   * query [B,Q,D] → context [B,Q,V], and weights [B,Q,K] where Q·K ≤ `weightsUpTo` or where there is a mask. Beyond, weights are [B,Q,0]: ask `weights` for the rows
   * that you want to see. `previous` is not read. Throws ShapeError.
   */
  attend(query: tf.Tensor3D, memory: Memory<tf.Tensor3D>, { mask }: AttendOptions = {}): Attended {
    const { B, Q, K } = this.#check('LinearAttention.attend', query, memory, mask);
    if (mask || Q * K <= this.weightsUpTo) {
      const weights = this.weights(query, memory, undefined, { mask });
      return { context: tf.matMul<tf.Tensor3D>(weights, memory.values), weights };
    }
    const features = this.#map(query);
    const context = this.pattern.causal ? inChunks(features, memory) : atOnce(features, memory);
    return { context, weights: tf.zeros([B, Q, 0]) };
  }

  /** The weights of chosen queries, [B,rows,K]; of all unless told. Throws ShapeError. */
  weights(
    query: tf.Tensor3D,
    memory: Memory<tf.Tensor3D>,
    rows?: readonly number[],
    { mask }: WeightsOptions = {},
  ): tf.Tensor3D {
    this.#check('LinearAttention.weights', query, memory, mask);
    const asked = { query, keys: memory.mask, pattern: this.pattern, mask };
    const { queries, allowed } = chosenQueries('LinearAttention.weights', asked, rows);
    const products = tf.matMul<tf.Tensor3D>(this.#map(queries), memory.keys, false, true);
    const scores = tf.where(allowed, products as tf.Tensor, 0) as tf.Tensor3D;
    return normalized(scores, tf.sum(scores, -1, true));
  }

  /** Which queries see a key, [B,Q], of the key mask [B,K] and the mask [Q,K] or [B,Q,K] that `attend` is given. */
  seesAnything(queries: number, keys: tf.Tensor2D, mask?: tf.Tensor): tf.Tensor2D {
    return seesAnything(queries, keys, mask, this.pattern);
  }

  /** The state before the first step: sums over no key. */
  initialState(batch: number, keySize: number, valueSize: number): RetentionState {
    return this.#recurrence.initialState(batch, keySize, valueSize);
  }

  /** One step of the causal form in constant memory: query [B,D], key [B,D], value [B,V] → output [B,V] and the next state. Throws ShapeError. */
  step(
    query: tf.Tensor2D,
    key: tf.Tensor2D,
    value: tf.Tensor2D,
    state: RetentionState,
  ): { output: tf.Tensor2D; state: RetentionState } {
    return this.#recurrence.step(query, key, value, state);
  }

  #map(x: tf.Tensor3D): tf.Tensor3D {
    return this.features(x) as tf.Tensor3D;
  }

  #check(where: string, query: tf.Tensor3D, memory: Memory<tf.Tensor3D>, mask?: tf.Tensor) {
    dims(where, {
      query: [query, 'B Q D'],
      'memory.keys': [memory.keys, 'B K F'],
      'memory.values': [memory.values, 'B K V'],
      ...(mask ? { 'options.mask': [mask, mask.rank === 2 ? 'Q K' : 'B Q K'] as const } : {}),
    });
    const [B, Q] = query.shape;
    const K = memory.keys.shape[1];
    if (this.pattern.causal && Q > K) {
      throw new ShapeError(where, `${Q} queries cannot be the last of ${K} positions`);
    }
    return { B, Q, K };
  }
}

/** context [B,Q,V] of features [B,Q,F]: what they read of sums over all keys. */
function atOnce(features: tf.Tensor3D, memory: Memory<tf.Tensor3D>): tf.Tensor3D {
  return shares(tf.matMul(features, tf.matMul(memory.keys, counted(memory.values), true)));
}

/** The same over the keys up to each query's own position: some queries after the others, with one sum over all keys before them. */
function inChunks(features: tf.Tensor3D, memory: Memory<tf.Tensor3D>): tf.Tensor3D {
  const [Q, K] = [features.shape[1], memory.keys.shape[1]];
  const values = counted(memory.values);
  const part = (x: tf.Tensor3D, start: number, length: number) => tf.slice(x, [0, start, 0], [-1, length, -1]);
  const sumOf = (start: number, length: number) =>
    tf.matMul<tf.Tensor3D>(part(memory.keys, start, length), part(values, start, length), true);
  let sum = Q < K ? sumOf(0, K - Q) : undefined;
  const parts: tf.Tensor3D[] = [];
  for (let start = 0; start < Q; start += chunk) {
    const length = Math.min(chunk, Q - start);
    const [query, keys] = [part(features, start, length), part(memory.keys, K - Q + start, length)];
    const past = tf.linalg.bandPart(tf.ones([1, length, length]), -1, 0);
    const near = tf.mul<tf.Tensor3D>(tf.matMul(query, keys, false, true), past);
    const read = tf.matMul<tf.Tensor3D>(near, part(values, K - Q + start, length));
    parts.push(sum ? tf.add(read, tf.matMul(query, sum)) : read);
    const more = sumOf(K - Q + start, length);
    sum = sum ? tf.add<tf.Tensor3D>(sum, more) : more;
  }
  return shares(tf.concat(parts, 1));
}

/** Values [B,K,V] and a 1 behind each, whose sums are those of the weights. */
function counted(values: tf.Tensor3D): tf.Tensor3D {
  return tf.concat([values, tf.ones([values.shape[0], values.shape[1], 1])], 2) as tf.Tensor3D;
}

/** [B,Q,V+1] → [B,Q,V]: divided by what stands last. */
function shares(sums: tf.Tensor3D): tf.Tensor3D {
  const V = sums.shape[2] - 1;
  return normalized(tf.slice(sums, [0, 0, 0], [-1, -1, V]), tf.slice(sums, [0, 0, V], [-1, -1, 1]));
}
