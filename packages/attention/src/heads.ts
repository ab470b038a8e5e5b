/** What attentions of several heads share: projections, and heads as rows of the batch. */
import type { Attended, AttendOptions, Attends, Memory, Rng, Sequence } from '@seqloom/core';
import { dims, glorotUniform, keepWhere, OptionError, parameter, show, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Attention } from './attention.js';
import { type Patterned, type ShowsWeights, seesAnything, type WeightsOptions } from './chunked/pattern.js';
import { dotHeads, isPlainDot, rotaryOf } from './dot-heads.js';
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

/** Keys and values behind their projections, [B,K,E] and [B,K,V]: what a key–value cache keeps, one row of each a step. */
export interface Projected {
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
}

/** Attention whose `remember` falls into a costly part, key by key, and a light one: remember(keys) = recall(project(keys)). */
export interface Recalls<Keys = unknown> extends Attends<Keys> {
  /** keys [B,K,D] and values [B,K,V] → their projections, each of its own key alone. Throws ShapeError. */
  project(keys: Sequence, values?: Sequence): Projected;
  /** What `attend` wants, from projections of all keys in their order. */
  recall(projected: Projected): Memory<Keys>;
}

/** Projects keys [B,K,D] and values [B,K,V], and lets the inner attention remember them head by head. */
export function rememberHeads<Keys>(
  where: string,
  heads: Heads<Keys>,
  keys: Sequence,
  values: Sequence,
): Memory<Memory<Keys>> {
  return recallHeads(heads, projectHeads(`${where}.remember`, heads, keys, values));
}

/** Keys [B,K,D] and values [B,K,V] → keys and values of all groups, side by side. */
export function projectHeads<Keys>(
  where: string,
  { key, value }: Heads<Keys>,
  keys: Sequence,
  values: Sequence,
): Projected {
  dims(where, {
    'keys.values': [keys?.values, `B K ${key.weight.shape[0]}`],
    'keys.mask': [keys?.mask, 'B K'],
    'values.values': [values?.values, `B K ${value.weight.shape[0]}`],
  });
  const full = isFull(keys.mask);
  const clean = (x: tf.Tensor3D) => (full ? x : keepWhere(keys.mask, x));
  const cleanKeys = clean(keys.values);
  const cleanValues = values === keys ? cleanKeys : clean(values.values);
  return { keys: apply(key, cleanKeys), values: apply(value, cleanValues), mask: keys.mask };
}

/** Lets the inner attention remember what `projectHeads` made, head by head; where `dotHeads` is all there is to do, they stay side by side. */
export function recallHeads<Keys>(heads: Heads<Keys>, projected: Projected): Memory<Memory<Keys>> {
  const { values, mask } = projected;
  const { inner } = heads;
  if (!isPlainDot(inner)) return { keys: rememberApart(heads, projected), values, mask };
  const turned = rotaryOf(inner)?.turnedKeys(projected.keys, heads.keyHeads) ?? projected.keys;
  return { keys: { ...projected, turned } satisfies SideBySide as unknown as Memory<Keys>, values, mask };
}

/** What `dotHeads` is given: the keys at their positions too. */
interface SideBySide extends Projected {
  readonly turned: tf.Tensor3D;
}

function rememberApart<Keys>({ keyHeads, inner }: Heads<Keys>, { keys, values, mask }: Projected): Memory<Keys> {
  const rows = repeatRows(mask, keyHeads);
  const apart = (x: tf.Tensor3D): Sequence => ({ values: splitHeads(x, keyHeads), mask: rows });
  return inner.remember(apart(keys), apart(values));
}

/** query [B,Q,D] → context [B,Q,size], weights [B·H,Q,K]. */
export function attendHeads<Keys>(
  where: string,
  attention: Heads<Keys>,
  query: tf.Tensor3D,
  memory: Memory<Memory<Keys>>,
  options: AttendOptions = {},
): Attended {
  const { inner, output } = attention;
  const look = isPlainDot(inner) ? sideBySide : oneByOne;
  const { context, ...alignment } = look(`${where}.attend`, attention, query, memory, options);
  const answer = apply(output, context);
  if (!output.bias || (isPlainDot(inner) && !options.mask && isFull(memory.mask)))
    return { context: answer, ...alignment };
  const sees = (inner as Partial<Patterned>).seesAnything?.bind(inner) ?? seesAnything;
  return { context: keepWhere(sees(query.shape[1], memory.mask, options.mask), answer), ...alignment };
}

type Look = <Keys>(
  where: string,
  attention: Heads<Keys>,
  query: tf.Tensor3D,
  memory: Memory<Memory<Keys>>,
  options: AttendOptions,
) => Attended;

/** Context of all heads before the output's projection, by the inner attention. */
const oneByOne: Look = (where, attention, query, memory, options) => {
  const { queries, keys, mask } = headByHead(where, attention, query, memory, options.mask);
  const { context, ...alignment } = attention.inner.attend(queries, keys, { previous: options.previous, mask });
  return { context: mergeHeads(context, attention.heads), ...alignment };
};

/** The same in one op. */
const sideBySide: Look = (where, { inner, heads, keyHeads, query: projection }, query, memory, { mask }) => {
  checkQuery(where, projection, query, memory, mask);
  const { turned: keys, values } = memory.keys as unknown as SideBySide;
  const real = keyMask(memory.mask);
  const projected = apply(projection, query);
  const turned = rotaryOf(inner as Attention<unknown>)?.turnedQuery(projected, keys.shape[1], heads) ?? projected;
  const inputs = { query: turned, keys, values, allowed: mask ? allOf(real, mask) : real };
  const [context, weights] = dotHeads(inputs, { heads, keyHeads }) as [tf.Tensor3D, tf.Tensor3D];
  return { context, weights };
};

/** The weights of chosen queries, [B·H,rows,K]; all unless told. */
export function weightsOfHeads<Keys>(
  where: string,
  attention: Heads<Keys>,
  query: tf.Tensor3D,
  memory: Memory<Memory<Keys>>,
  rows?: readonly number[],
  options: WeightsOptions = {},
): tf.Tensor3D {
  const { queries, keys, mask } = headByHead(`${where}.weights`, attention, query, memory, options.mask);
  const { inner } = attention as { inner: Attends<Keys> & Partial<ShowsWeights<Keys>> };
  if (inner.weights) return inner.weights(queries, keys, rows, { mask });
  const { weights } = inner.attend(queries, keys, { mask });
  return rows ? tf.gather<tf.Tensor3D>(weights, tf.tensor1d([...rows], 'int32'), 1) : weights;
}

/** What the inner attention is given: heads as rows of the batch, keys that several heads share once for each of them. */
function headByHead<Keys>(
  where: string,
  attention: Heads<Keys>,
  query: tf.Tensor3D,
  memory: Memory<Memory<Keys>>,
  mask: tf.Tensor | undefined,
): { queries: tf.Tensor3D; keys: Memory<Keys>; mask: tf.Tensor | undefined } {
  const { heads, keyHeads, inner, query: projection } = attention;
  checkQuery(where, projection, query, memory, mask);
  const own = isPlainDot(inner) ? rememberApart(attention, memory.keys as unknown as Projected) : memory.keys;
  return {
    queries: splitHeads(apply(projection, query), heads),
    keys: heads === keyHeads ? own : spread(own, query.shape[0] * keyHeads, heads / keyHeads),
    mask: mask?.rank === 3 ? repeatRows(mask, heads) : mask,
  };
}

function checkQuery(
  where: string,
  projection: Projection,
  query: tf.Tensor3D,
  memory: Memory<unknown>,
  mask: tf.Tensor | undefined,
): void {
  dims(where, {
    query: [query, `B Q ${projection.weight.shape[0]}`],
    'memory.mask': [memory.mask, 'B K'],
    ...(mask ? { 'options.mask': [mask, mask.rank === 2 ? 'Q K' : 'B Q K'] as const } : {}),
  });
}

/** Whatever was remembered of `rows` rows, each of them `times` times: tensors wherever they are in it. */
function spread<T>(remembered: T, rows: number, times: number): T {
  if (remembered instanceof tf.Tensor) {
    if (remembered.shape[0] !== rows) return remembered;
    return (remembered.dtype === 'bool' ? repeatRows(remembered, times) : eachTimes(remembered, times)) as T;
  }
  if (Array.isArray(remembered)) return remembered.map((each) => spread(each, rows, times)) as T;
  if (typeof remembered !== 'object' || remembered === null) return remembered;
  return Object.fromEntries(Object.entries(remembered).map(([name, each]) => [name, spread(each, rows, times)])) as T;
}

/** Whether every key is real, where that can be seen without waiting (cpu, wasm). */
function isFull(mask: tf.Tensor2D): boolean {
  return ['cpu', 'wasm'].includes(tf.getBackend()) && !mask.dataSync().includes(0);
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

/** Each row of x [R,…] `times` times: [R·times,…]. */
function eachTimes(x: tf.Tensor, times: number): tf.Tensor {
  const [rows, ...rest] = x.shape as [number, ...number[]];
  return tf.reshape(tf.tile(tf.expandDims(x, 1), [1, times, ...rest.map(() => 1)]), [rows * times, ...rest]);
}
