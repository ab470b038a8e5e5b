/** Every mechanism of the catalogue, by name: how to make it for given sizes, and where it can be used. */
import {
  AdditiveScore,
  AlibiScore,
  Attention,
  BucketedScore,
  ConcatScore,
  CosineScore,
  CoverageScore,
  DeepScore,
  DotScore,
  DynamicConvolutionScore,
  entmax,
  entmax15,
  ForwardScore,
  GaussianDistanceScore,
  GaussianMixtureScore,
  GeneralScore,
  gumbelSoftmax,
  hard,
  LearnedQueryScore,
  LocalMonotonicScore,
  LocalPredictiveScore,
  LocationScore,
  LocationSensitiveScore,
  mocha,
  monotonic,
  NormedAdditiveScore,
  QueryKeyNormScore,
  RotaryScore,
  ScaledDotScore,
  ShawScore,
  Sinks,
  scorer,
  sigmoid,
  softmax,
  softmaxWithTemperature,
  sparsemax,
  structured,
  TrilinearScore,
  topK,
} from '@seqloom/attention';
import type { Attends, Normalizer, Rng, Scorer } from '@seqloom/core';
import { LinearChain } from '@seqloom/hmm-crf';
import { Linear } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

/** Queries and keys have the same size, as in self-attention. */
export interface MechanismSizes {
  size: number;
  maxKeys: number;
  rng: Rng;
}

export interface Mechanism {
  make(sizes: MechanismSizes): Attends<unknown>;
  /** It reads the step before, so it belongs into a decoder that goes step by step. */
  stepwise?: true;
}

const of = <Keys>(scorer: Scorer<Keys>, normalize: Normalizer | Sinks = softmax): Attends<unknown> =>
  new Attention({ scorer, normalize });
const sized = ({ size, rng }: MechanismSizes) => ({ querySize: size, keySize: size, size, rng });
const normalized = (normalize: Normalizer): Mechanism => ({ make: () => of(new ScaledDotScore(), normalize) });

export const mechanisms: Record<string, Mechanism> = {
  additive: { make: (sizes) => of(new AdditiveScore(sized(sizes))) },
  'normed additive': { make: (sizes) => of(new NormedAdditiveScore(sized(sizes))) },
  dot: { make: () => of(new DotScore()) },
  'scaled dot': { make: () => of(new ScaledDotScore()) },
  general: { make: ({ size, rng }) => of(new GeneralScore({ querySize: size, keySize: size, rng })) },
  concat: { make: (sizes) => of(new ConcatScore(sized(sizes))) },
  location: { make: ({ size, maxKeys, rng }) => of(new LocationScore({ querySize: size, maxKeys, rng })) },
  cosine: { make: () => of(new CosineScore({ sharpness: 4 })) },
  'Gaussian distance': { make: () => of(new GaussianDistanceScore()) },
  deep: {
    make: ({ size, rng }) => of(new DeepScore({ network: new Linear({ inputSize: 2 * size, outputSize: 1, rng }) })),
  },
  'learned query': { make: ({ size, rng }) => of(new LearnedQueryScore({ keySize: size, size, rng })) },
  trilinear: { make: ({ size, rng }) => of(new TrilinearScore({ size, rng })) },
  'of one line': { make: () => of(scorer((query, keys) => tf.matMul(query, tf.tanh(keys), false, true))) },
  coverage: { make: (sizes) => of(new CoverageScore(sized(sizes))), stepwise: true },
  'location-sensitive': {
    make: (sizes) => of(new LocationSensitiveScore({ ...sized(sizes), filters: 4, width: 5 })),
    stepwise: true,
  },
  forward: { make: (sizes) => of(new ForwardScore({ inner: new AdditiveScore(sized(sizes)) })), stepwise: true },
  'forward with an agent': {
    make: (sizes) =>
      of(new ForwardScore({ inner: new AdditiveScore(sized(sizes)), agentSize: sizes.size, rng: sizes.rng })),
    stepwise: true,
  },
  GMM: {
    make: ({ size, rng }) => of(new GaussianMixtureScore({ querySize: size, size, components: 3, rng })),
    stepwise: true,
  },
  'dynamic convolution': {
    make: ({ size, rng }) => of(new DynamicConvolutionScore({ querySize: size, size, filters: 4, width: 5, rng })),
    stepwise: true,
  },
  'local-m': { make: () => of(new LocalMonotonicScore({ inner: new ScaledDotScore(), reach: 4 })) },
  'local-p': {
    make: ({ size, rng }) =>
      of(
        new LocalPredictiveScore({
          inner: new ScaledDotScore(),
          querySize: size,
          size,
          reach: 4,
          rng,
        }),
      ),
  },
  temperature: normalized(softmaxWithTemperature(0.5)),
  sparsemax: normalized(sparsemax),
  'entmax-1.5': normalized(entmax15),
  'entmax-1.3': normalized(entmax(1.3)),
  sigmoid: normalized(sigmoid),
  hard: normalized(hard),
  'Gumbel-softmax': { make: ({ rng }) => of(new ScaledDotScore(), gumbelSoftmax({ rng })) },
  'top-3': normalized(topK(3)),
  monotonic: { ...normalized(monotonic()), stepwise: true },
  MoChA: { ...normalized(mocha({ window: 3 })), stepwise: true },
  structured: {
    make: () =>
      of(
        new ScaledDotScore(),
        structured({
          marginals: (chain) => new LinearChain(chain).marginals(),
          transition: tf.tensor2d([0.5, -0.5, -0.5, 0.5], [2, 2]),
        }),
      ),
  },
  sinks: { make: ({ rng }) => of(new ScaledDotScore(), new Sinks({ rng })) },
  'QK-norm': { make: ({ size }) => of(new QueryKeyNormScore({ inner: new ScaledDotScore(), size })) },
  rotary: { make: () => of(new RotaryScore({ inner: new ScaledDotScore() })) },
  ALiBi: { make: () => of(new AlibiScore({ inner: new ScaledDotScore() })) },
  'T5 buckets': { make: ({ rng }) => of(new BucketedScore({ inner: new ScaledDotScore(), rng })) },
  Shaw: { make: ({ size, rng }) => of(new ShawScore({ size, rng })) },
};
