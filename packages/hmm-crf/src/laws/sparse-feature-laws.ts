/** Laws of sparse features in a CRF: they are a sum of weights, and they learn beside a network. */
import { lengthMask, Rng } from '@seqloom/core';
import { checkGradients, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { CRF } from '../crf/crf.js';
import { activeFeatures } from '../crf/features/active-features.js';
import { AttributeVocabulary } from '../crf/features/attribute-vocabulary.js';
import { SparseFeatures } from '../crf/features/sparse-features.js';
import type { Law } from './for-chains.js';
import { train } from './training.js';

export const sparseFeatureLaws: Readonly<Record<string, Law>> = {
  'emissions are the sums of the weights of what is active': async () => {
    const sparse = new SparseFeatures({ featureCount: 3, labelCount: 2 });
    sparse.weight.assign(tf.tensor2d([1, 2, 10, 20, 100, 200], [3, 2]));
    const ids = tf.tensor3d([0, 2, -1, -1, 1, 1], [1, 3, 2], 'int32');
    const values = tf.tensor3d([1, 0.5, Number.NaN, Number.NaN, 2, -1], [1, 3, 2]);
    await expectClose(sparse.forward({ ids }), [101, 202, 0, 0, 20, 40], 0, 'emissions');
    await expectClose(sparse.forward({ ids, values }), [51, 102, 0, 0, 10, 20], 0, 'weighted emissions');
    const loss = () => tf.sum(tf.square(tf.mul(0.01, sparse.forward({ ids, values })))) as tf.Scalar;
    await checkGradients(loss, [sparse.weight]);
    await expectNoLeak(() => tf.dispose(tf.variableGrads(loss, [sparse.weight])));
    sparse.dispose();
  },
  'sparse features and a network learn together what neither can alone': async () => {
    const data = twoSources(new Rng(1));
    const vocabulary = AttributeVocabulary.build(data.items);
    const features = activeFeatures(data.items, vocabulary);
    const accuracies: number[] = [];
    for (const [withSparse, withNetwork] of [
      [1, 0],
      [0, 1],
      [1, 1],
    ]) {
      // biome-ignore format: pairs
      const crf = new CRF({ labelCount: 4, rng: new Rng(2) });
      const sparse = new SparseFeatures({ featureCount: vocabulary.size, labelCount: 4 });
      const network = tf.variable(tf.zeros<tf.Rank.R2>([1, 4]));
      const emissions = () => {
        const [B, T] = data.mask.shape;
        const dense = tf.reshape(tf.matMul(tf.reshape(data.inputs, [B * T, 1]), network), [B, T, 4]);
        const both = tf.add(tf.mul(withNetwork!, dense), tf.mul(withSparse!, sparse.forward(features)));
        return { values: both as tf.Tensor3D, mask: data.mask };
      };
      const variables = [crf.initial, crf.transition, crf.final, sparse.weight, network];
      await train(() => crf.loss(emissions(), data.labels), variables, 12, 0.7);
      const right = tf.equal(crf.decode(emissions()), data.labels);
      const [share] = await tf.div(tf.sum(tf.cast(right, 'float32')), tf.sum(tf.cast(data.mask, 'float32'))).data();
      accuracies.push(share!);
      tf.dispose([network]);
      for (const module of [crf, sparse]) module.dispose();
    }
    const [sparseAlone, networkAlone, together] = accuracies as [number, number, number];
    if (!(together > 0.99 && Math.max(sparseAlone, networkAlone) < 0.75)) throw new Error(`accuracies ${accuracies}`);
  },
};

/** Labels 2a + b, where only an attribute tells a, and only a number tells b; labels say nothing of each other. */
function twoSources(rng: Rng) {
  const lengths = Array.from({ length: 40 }, (_, row) => 2 + (row % 5));
  const steps = lengths.map((length) => Array.from({ length }, () => ({ a: rng.below(2), b: rng.below(2) })));
  const padded = (value: (step: { a: number; b: number }) => number, filler: number) =>
    steps.map((row) => Array.from({ length: 6 }, (_, t) => (row[t] ? value(row[t]) : filler)));
  return {
    items: steps.map((row) => row.map(({ a }) => [`word=${a ? 'red' : 'blue'}`, `noise=${rng.below(2)}`])),
    inputs: tf.tensor2d(padded(({ b }) => 2 * b - 1 + 0.1 * rng.normal(), 0)),
    labels: tf.tensor2d(
      padded(({ a, b }) => 2 * a + b, 0),
      undefined,
      'int32',
    ),
    mask: lengthMask(lengths),
  };
}
