/** Every part of the catalogue, made small, and what it shows on a backend: values, gradients, over padding that is NaN and queries that see nothing. */
import type { Alignment, Attends, Normalizer, Scorer, Sequence } from '@seqloom/core';
import { Module, normal, parameter, Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import * as attention from './index.js';

const rng = () => new Rng(1);
const size = 4; // of queries, keys, values and hidden layers
const sized = { querySize: size, keySize: size, size };

class Network extends Module {
  readonly weight = parameter<tf.Rank.R2>([2 * size, 1], normal(0.5), rng());
  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(tf.tanh(x), this.weight as tf.Tensor2D);
  }
}

const additive = () => new attention.AdditiveScore({ ...sized, rng: rng() });
const dot = () => new attention.ScaledDotScore();

const scorers: Record<string, () => Scorer<unknown>> = {
  additive,
  'normed additive': () => new attention.NormedAdditiveScore({ ...sized, rng: rng() }),
  dot: () => new attention.DotScore(),
  'scaled dot': dot,
  general: () => new attention.GeneralScore({ querySize: size, keySize: size, rng: rng() }),
  concat: () => new attention.ConcatScore({ ...sized, rng: rng() }),
  location: () => new attention.LocationScore({ querySize: size, maxKeys: 9, rng: rng() }),
  cosine: () => new attention.CosineScore({ sharpness: 4 }),
  'Gaussian distance': () => new attention.GaussianDistanceScore({ deviation: 1.5 }),
  deep: () => new attention.DeepScore({ network: new Network() }),
  'learned query': () => new attention.LearnedQueryScore({ keySize: size, size, rng: rng() }),
  trilinear: () => new attention.TrilinearScore({ size, rng: rng() }),
  'of one line': () => attention.scorer((query, keys) => tf.matMul(query, tf.tanh(keys), false, true)),
  coverage: () => new attention.CoverageScore({ ...sized, rng: rng() }),
  'location-sensitive': () =>
    new attention.LocationSensitiveScore({ ...sized, filters: 2, width: 3, cumulative: true, rng: rng() }),
  forward: () => new attention.ForwardScore({ inner: additive(), agentSize: size, rng: rng() }) as Scorer<unknown>,
  GMM: () => new attention.GaussianMixtureScore({ querySize: size, size, components: 2, rng: rng() }),
  'dynamic convolution': () =>
    new attention.DynamicConvolutionScore({ querySize: size, size, filters: 2, width: 3, rng: rng() }),
  'local-m': () => new attention.LocalMonotonicScore({ inner: dot(), reach: 2 }) as Scorer<unknown>,
  'local-p': () => new attention.LocalPredictiveScore({ inner: dot(), querySize: size, size, reach: 3, rng: rng() }),
  rotary: () => new attention.RotaryScore({ inner: dot() }),
  'rotary, interleaved': () => new attention.RotaryScore({ inner: dot(), layout: 'interleaved' }),
  ALiBi: () => new attention.AlibiScore({ inner: dot() }),
  'T5 buckets': () => new attention.BucketedScore({ inner: dot(), buckets: 8, maxDistance: 16, rng: rng() }),
  Shaw: () => new attention.ShawScore({ size, maxDistance: 3, rng: rng() }),
  'QK-norm': () => new attention.QueryKeyNormScore({ inner: dot(), size }),
};

export const normalizers: Record<string, () => Normalizer> = {
  softmax: () => attention.softmax,
  temperature: () => attention.softmaxWithTemperature(0.5),
  sparsemax: () => attention.sparsemax,
  'entmax-1.5': () => attention.entmax15,
  'entmax-1.3': () => attention.entmax(1.3),
  sigmoid: () => attention.sigmoid,
  hard: () => attention.hard,
  Gumbel: () => attention.gumbelSoftmax({ rng: rng() }),
  'top-2': () => attention.topK(2),
  monotonic: () => attention.monotonic(),
  'monotonic, parallel': () => attention.monotonic({ form: 'parallel' }),
  'monotonic, hard': () => attention.monotonic({ form: 'hard' }),
  MoChA: () => attention.mocha({ window: 2 }),
  sinks: () => new attention.Sinks({ rng: rng() }).normalize,
  structured: () =>
    attention.structured({ marginals: ({ emission }) => tf.softmax(emission), transition: tf.zeros([2, 2]) }),
};

const over = (scorer: Scorer<unknown>, normalize?: Normalizer): Attends<unknown> =>
  new attention.Attention(normalize ? { scorer, normalize } : { scorer }) as Attends<unknown>;
const heads = () => ({ heads: 2, size, rng: rng() });
const multiHead = (inner: Attends<unknown>) => new attention.MultiHead({ ...heads(), inner }) as Attends<unknown>;

const compositions: Record<string, () => Attends<unknown>> = {
  'multi-head': () => multiHead(over(dot())),
  'multi-head with sinks': () =>
    multiHead(new attention.Attention({ scorer: dot(), normalize: new attention.Sinks({ heads: 2 }) }) as Attends),
  'grouped query': () => new attention.GroupedQuery({ ...heads(), keyHeads: 1, inner: over(dot()), bias: true }),
  chunked: () => multiHead(new attention.ChunkedAttention({ weightsUpTo: 0 }) as Attends),
  'chunked, a causal window': () => new attention.ChunkedAttention({ causal: true, window: 2, weightsUpTo: 0 }),
  linear: () => new attention.LinearAttention(),
  'linear, causal': () => multiHead(new attention.LinearAttention({ causal: true }) as Attends),
};

/** Everything that can be attended to, each scorer with softmax and each normaliser over scaled dot products. */
export const entries: Readonly<Record<string, () => Attends<unknown>>> = {
  ...Object.fromEntries(Object.entries(scorers).map(([name, make]) => [name, () => over(make())])),
  ...Object.fromEntries(Object.entries(normalizers).map(([name, make]) => [name, () => over(dot(), make())])),
  ...compositions,
};

export interface Setting {
  /** What stands at padding; NaN unless told. */
  filler?: number;
  /** What queries are multiplied by. */
  scale?: number;
  /** Whether only the queries that see nothing are looked at. */
  blind?: boolean;
}

const real = [
  [1, 1, 1, 1, 1],
  [0, 1, 0, 1, 1],
  [0, 0, 0, 0, 0],
];
const allowed = [
  [1, 1, 0, 1, 1],
  [0, 0, 0, 0, 0],
  [1, 1, 1, 1, 1],
];

const numbers = (seed: number, ...shape: number[]) => {
  const draw = new Rng(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.normal()),
    shape,
  );
};

/** Contexts of two steps, the weights, and the gradients of query, keys, values and parameters: 3 rows of 3 queries and 5 keys. */
export async function observed(make: () => Attends<unknown>, setting: Setting = {}): Promise<Float32Array[]> {
  const { filler = Number.NaN, scale = 1, blind = false } = setting;
  const attends = make();
  const found = await computed(() => {
    const mask = tf.tensor2d(real, undefined, 'bool');
    const pad = (x: tf.Tensor) => tf.where(tf.expandDims(mask, 2), x, filler);
    const inputs = [tf.mul(numbers(1, 3, 3, size), scale), pad(numbers(2, 3, 5, size)), pad(numbers(3, 3, 5, size))];
    const looked = blind ? tf.tensor3d(real.map((row) => allowed.map((_, q) => [sees(row, q) ? 0 : 1]))) : tf.scalar(1);
    const contexts = () => twoSteps(attends, inputs as tf.Tensor3D[], mask).map((x) => tf.mul(x, looked));
    const parameters = attends instanceof Module ? [...attends.namedVariables()].map(([, variable]) => variable) : [];
    const loss = () => tf.sum(tf.mul(tf.concat(contexts(), 2), numbers(4, 3, 3, 2 * size))) as tf.Scalar;
    const { grads } = tf.engine().gradients(loss, [...inputs, ...parameters], undefined, true);
    return [...contexts(), ...grads.map((each) => each ?? tf.zeros([0]))];
  });
  if (attends instanceof Module) attends.dispose();
  return found;
}

/** The numbers of what `compute` makes. All that it makes lives until they are read: on webgpu, what a tidy frees at once may be lost before a small computation runs. */
export async function computed(compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  tf.engine().startScope();
  try {
    return await Promise.all(compute().map((tensor) => tensor.data<'float32'>()));
  } finally {
    tf.engine().endScope();
  }
}

const sees = (row: readonly number[], q: number) => row.some((one, k) => one && allowed[q]![k]);

/** The contexts of a step and of the next. */
function twoSteps(attends: Attends<unknown>, [query, keys, values]: tf.Tensor3D[], mask: tf.Tensor2D): tf.Tensor3D[] {
  const read = (x: tf.Tensor3D | undefined): Sequence => ({ values: x!, mask });
  const memory = attends.remember(read(keys), read(values));
  const options = { mask: tf.tensor2d(allowed, undefined, 'bool') };
  const { context, ...first } = attends.attend(query!, memory, options);
  const previous: { previous?: Alignment } = first.weights.shape[2] > 0 ? { previous: first } : {};
  return [context, attends.attend(query!, memory, { ...options, ...previous }).context];
}
