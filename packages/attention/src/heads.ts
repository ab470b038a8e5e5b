/** What attentions of several heads share: projections, and heads as rows of the batch. */
import type { Attended, AttendOptions, Attends, Memory, Rng, Sequence } from '@seqloom/core';
import { dims, glorotUniform, keepWhere, OptionError, parameter, show, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { allOf, keyMask } from './masks.js';
import { project } from './project.js';

/** weight [D,U] and bias [U]. */
export interface Projection {
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias?: tf.Variable<tf.Rank.R1>;
}

/** Heads over an inner attention; those of keys and values may be fewer, each then serving several of the queries. */
export interface Heads<Keys> {
  readonly heads: number;
  readonly keyHeads: number;
  readonly inner: Attends<Keys>;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;
}

/** Throws an OptionError unless `size` falls into `heads` and `inner` can be attended to. */
export function checkHeads(
  where: string,
  { inner, heads, size }: { inner: unknown; heads: number; size: number },
): void {
  if (size % heads !== 0) throw new OptionError(where, `\`size\` ${size} is not a multiple of \`heads\` ${heads}`);
  const { attend, remember } = (inner ?? {}) as Partial<Attends<unknown>>;
  if (typeof attend === 'function' && typeof remember === 'function') return;
  throw new OptionError(where, `\`inner\` must have remember and attend, got ${show(inner)}`);
}

/** Projects keys [B,K,D] and values [B,K,V], and lets the inner attention remember them head by head. */
export function rememberHeads<Keys>(
  where: string,
  { heads, keyHeads, inner, key, value }: Heads<Keys>,
  keys: Sequence,
  values: Sequence,
): Memory<Memory<Keys>> {
  dims(`${where}.remember`, {
    'keys.values': [keys?.values, `B K ${key.weight.shape[0]}`],
    'keys.mask': [keys?.mask, 'B K'],
    'values.values': [values?.values, `B K ${value.weight.shape[0]}`],
  });
  const cleanKeys = keepWhere(keys.mask, keys.values);
  const cleanValues = values === keys ? cleanKeys : keepWhere(keys.mask, values.values);
  const mask = repeatRows(keys.mask, heads);
  const spread = (x: tf.Tensor3D) => eachTimes(splitHeads(x, keyHeads), heads / keyHeads);
  const remembered = inner.remember(
    { values: spread(apply(key, cleanKeys)), mask },
    { values: spread(apply(value, cleanValues)), mask },
  );
  return { keys: remembered, values: cleanValues, mask: keys.mask };
}

/** query [B,Q,D] → context [B,Q,size], weights [B·H,Q,K]. */
export function attendHeads<Keys>(
  where: string,
  { heads, inner, query: projection, output }: Heads<Keys>,
  query: tf.Tensor3D,
  memory: Memory<Memory<Keys>>,
  { previous, mask }: AttendOptions = {},
): Attended {
  dims(`${where}.attend`, {
    query: [query, `B Q ${projection.weight.shape[0]}`],
    'memory.mask': [memory.mask, 'B K'],
    ...(mask ? { 'options.mask': [mask, mask.rank === 2 ? 'Q K' : 'B Q K'] as const } : {}),
  });
  const { context, ...alignment } = inner.attend(splitHeads(apply(projection, query), heads), memory.keys, {
    previous,
    mask: mask?.rank === 3 ? repeatRows(mask, heads) : mask,
  });
  const answer = apply(output, mergeHeads(context, heads));
  const seen = output.bias ? keepWhere(seesAnything(query, memory.mask, mask), answer) : answer;
  return { context: seen, ...alignment };
}

/** [B,T,H·D] → [B·H,T,D]. */
function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [B, T, size] = x.shape;
  const apart = tf.transpose(tf.reshape(x, [B, T, heads, size / heads]), [0, 2, 1, 3]); // [B,H,T,D]
  return tf.reshape(apart, [B * heads, T, size / heads]);
}

/** [B·H,T,D] → [B,T,H·D]. */
function mergeHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [rows, T, D] = x.shape;
  const B = rows / heads;
  const together = tf.transpose(tf.reshape(x, [B, heads, T, D]), [0, 2, 1, 3]); // [B,T,H,D]
  return tf.reshape(together, [B, T, heads * D]);
}

export function newProjection(from: number, to: number, bias: boolean, rng?: Rng): Projection {
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

/** Each row of x [R,T,D] `times` times: [R·times,T,D]. */
function eachTimes(x: tf.Tensor3D, times: number): tf.Tensor3D {
  if (times === 1) return x;
  const [rows, T, D] = x.shape;
  return tf.reshape(tf.tile(tf.expandDims(x, 1), [1, times, 1, 1]), [rows * times, T, D]);
}
