/** What is no attention by itself, and long inputs: computations that give the same on every backend. */
import { Rng, sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { normalizers } from './agreements.js';
import * as attention from './index.js';

const random = <R extends tf.Rank = tf.Rank.R3>(seed: number, ...shape: number[]) => {
  const draw = new Rng(seed);
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.normal());
  return tf.tensor(values, shape as never) as tf.Tensor<R>;
};
const bits = (seed: number, ...shape: number[]) => tf.less(random(seed, ...shape), 0.5);

type Three = [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];

/** f of the inputs, and the gradients of a sum of it in which no place is like another. */
function withSlopes(f: (...inputs: Three) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const value = f(...(inputs as Three));
  const weights = random(7, ...value.shape);
  const loss = () => tf.sum(tf.mul(f(...(inputs as Three)), weights)) as tf.Scalar;
  const { grads } = tf.engine().gradients(loss, inputs, undefined, true);
  return [value, ...grads.map((each, i) => each ?? tf.zerosLike(inputs[i]!))];
}

const patterns = {
  everything: {},
  causal: { causal: true },
  'a window': { window: 9 },
  'a causal window': { causal: true, window: 70 },
};

/** More queries than a chunk, holes in the keys, and a mask besides. */
const long = (options: object, mask?: tf.Tensor) => {
  const chunked = new attention.ChunkedAttention({ ...options, weightsUpTo: 0 });
  const keyMask = bits(4, 1, 150) as tf.Tensor2D;
  const context = (...[query, keys, values]: Three) =>
    chunked.attend(query, chunked.remember(sequence(keys, keyMask), sequence(values, keyMask)), { mask }).context;
  return withSlopes(context, [random(1, 1, 131, 3), random(2, 1, 150, 3), random(3, 1, 150, 2)]);
};

const linear = (causal: boolean) => {
  const made = new attention.LinearAttention({ causal, weightsUpTo: 0 });
  const context = (...[query, keys, values]: Three) =>
    made.attend(query, made.remember(sequence(keys), sequence(values))).context;
  return withSlopes(context, [random(1, 2, 70, 3), random(2, 2, 73, 3), random(3, 2, 73, 2)]);
};

const retention = (options: attention.RetentionOptions) => {
  const mask = tf.tensor2d([1, 1, 0, 1, 1, 1, 1, 1, 0, 0], [2, 5], 'bool');
  const output = (...[query, keys, values]: Three) =>
    new attention.Retention(options).forward(query, sequence(keys, mask), values).output;
  return withSlopes(output, [random(1, 2, 5, 3), random(2, 2, 5, 3), random(3, 2, 5, 2)]);
};

/** Rows: as they come, surely one key, ±1e4, −∞ among them, nothing but −∞, nothing allowed. */
function extremes(normalize: ReturnType<(typeof normalizers)[string]>): tf.Tensor[] {
  const row = random(1, 1, 1, 5);
  const [sure, infinite, nothing] = [
    tf.mul(row, 1e4),
    tf.where(tf.less(row, 0), -Infinity, row),
    tf.fill([1, 1, 5], -Infinity),
  ];
  const energies = tf.concat([row, sure, infinite, nothing, row], 1);
  const mask = tf.cast(tf.concat([tf.ones([1, 4, 5]), tf.zeros([1, 1, 5])], 1), 'bool') as tf.Tensor3D;
  const shared = normalize(random(2, 2, 3, 5), tf.tensor3d([1, 0, 1, 1, 1], [1, 1, 5], 'bool'));
  return [...withSlopes((x) => normalize(x, mask), [energies]), shared];
}

/** The gradient's gradient. */
function twice(): tf.Tensor[] {
  const chunked = new attention.ChunkedAttention({ causal: true, weightsUpTo: 0 });
  const keys = random(2, 1, 4, 2);
  const context = (query: tf.Tensor) => chunked.attend(query as tf.Tensor3D, chunked.remember(sequence(keys))).context;
  const slope = tf.grad((query: tf.Tensor) => tf.sum(tf.square(context(query))));
  return [tf.grad((query: tf.Tensor) => tf.sum(tf.square(slope(query))))(random(1, 1, 3, 2))];
}

function chosenWeights(): tf.Tensor[] {
  const heads = { heads: 2, size: 4, rng: new Rng(1) };
  const inner = [new attention.ChunkedAttention({ causal: true, weightsUpTo: 0 }), new attention.LinearAttention()];
  const [query, keys] = [random(1, 2, 3, 4), sequence(random(2, 2, 5, 4))];
  return inner.map((each) => {
    const made = new attention.MultiHead({ ...heads, inner: each });
    return made.weights(query, made.remember(keys), [2, 0], { mask: bits(3, 2, 3, 5) });
  });
}

function pooled(): tf.Tensor[] {
  const mask = tf.tensor3d([1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1], [2, 2, 3], 'bool');
  const [pooling, sentences] = [
    new attention.AttentionPooling({ keySize: 3, size: 4, rng: new Rng(1) }),
    new attention.HierarchicalPooling({ wordSize: 3, size: 4, rng: new Rng(1) }),
  ];
  const flat = tf.reshape(mask, [4, 3]) as tf.Tensor2D;
  return [
    ...withSlopes((x) => pooling.forward(sequence(x, flat)).output, [random(1, 4, 3, 3)]),
    ...withSlopes((x) => sentences.forward(tf.reshape(x, [2, 2, 3, 3]), mask).output, [random(1, 4, 3, 3)]),
  ];
}

function positions(): tf.Tensor[] {
  const learned = new attention.LearnedPositions({ size: 4, maxLength: 7, rng: new Rng(1) });
  const turned = (['half', 'interleaved'] as const).flatMap((layout) =>
    withSlopes((x) => attention.rotate(x, { layout, start: 3 }), [random(1, 2, 5, 4)]),
  );
  return [attention.sinusoidal(5, 4, 2), learned.forward(sequence(random(1, 2, 5, 4))).values, ...turned];
}

function looking(): tf.Tensor[] {
  const weights = tf.tensor3d([1, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0.2, 0.3, 0.5], [2, 2, 3]);
  const gradient = random(2, 2, 2, 3);
  const { attentionEntropy, coverage, headConfidence, headImportance } = attention;
  return [
    ...[attentionEntropy(weights), coverage(weights)],
    ...[headConfidence(weights, 2), headImportance(weights, gradient, 2)],
  ];
}

function masks(): tf.Tensor[] {
  const { allOf, blockMask, causalMask, keyMask, prefixMask, segmentMask, windowMask } = attention;
  const segments = tf.tensor2d([0, 0, 1, 1, 2, 0, 1, 1, 1, 1], [2, 5], 'int32');
  const each = [causalMask(3, 5), windowMask(3, 5, 2, 1), blockMask(3, 5, 2), prefixMask(3, 5, 2)];
  const both = [keyMask(bits(1, 2, 5) as tf.Tensor2D), segmentMask(tf.slice(segments, [0, 2], [2, 3]), segments)];
  return [...each, ...both, allOf(...both, each[0]!)].map((mask) => tf.cast(mask, 'float32'));
}

/** By name, what each backend computes alike. */
export const computations: Readonly<Record<string, () => tf.Tensor[]>> = {
  ...Object.fromEntries(
    Object.entries(patterns).map(([name, options]) => [`long attention: ${name}`, () => long(options)]),
  ),
  'long attention with a mask': () => long({ causal: true }, bits(5, 131, 150)),
  'long attention, twice differentiated': twice,
  'long linear attention': () => linear(false),
  'long linear attention, causal': () => linear(true),
  retention: () => retention({ decay: 0.8 }),
  'retention with features': () => retention({ decay: 0.9, features: attention.eluPlusOne }),
  'weights of chosen queries': chosenWeights,
  pooling: pooled,
  positions,
  'what weights say': looking,
  masks,
  ...Object.fromEntries(
    Object.entries(normalizers).map(([name, make]) => [`extreme energies: ${name}`, () => extremes(make())]),
  ),
};
