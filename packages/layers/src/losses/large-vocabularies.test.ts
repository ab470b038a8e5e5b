/** Golden: PyTorch's AdaptiveLogSoftmaxWithLoss. Laws: with all classes sampled, or none left out, both are the plain softmax. Tolerance: 1e-5. */
import { adam, DataError, dataset, fit, lengthMask, OptionError, Rng, sequence, sgd, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../__fixtures__/adaptive-softmax.json' with { type: 'json' };
import { AdaptiveSoftmax, logUniformSampler, maskedCrossEntropy, SampledSoftmax, unigramSampler } from '../index.js';

const [D, V] = [8, 20];

/** PyTorch's layer [out,in] in ours [in,out]. */
function golden(): AdaptiveSoftmax {
  const model = new AdaptiveSoftmax({ inputSize: D, vocabularySize: V, cutoffs: [5, 12], divisor: 2, headBias: true });
  const put = (variable: tf.Variable<tf.Rank.R2>, values: number[]) =>
    tf.tidy(() => variable.assign(tf.transpose(tf.tensor2d(values, [variable.shape[1], variable.shape[0]]))));
  put(model.head.weight, fixture.head.weight);
  tf.tidy(() => model.head.bias!.assign(tf.tensor1d(fixture.head.bias)));
  for (const [i, { project, classes }] of fixture.tails.entries()) {
    put(model.clusters[i]!.project.weight, project);
    put(model.clusters[i]!.classes.weight, classes);
  }
  return model;
}

describe.each(backendsHere())('AdaptiveSoftmax on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  const targets = () => tf.tensor2d([fixture.targets], [1, 7], 'int32');

  it('is PyTorch’s', async () => {
    const [model, x] = [golden(), tf.tensor3d(fixture.x, [1, 7, D])];
    const loss = (values: tf.Tensor) => model.loss(sequence(values as tf.Tensor3D), targets());
    await expectClose(loss(x), fixture.loss, 1e-5);
    await expectClose(tf.grad(loss)(x), fixture.gradient, 1e-5);
    await expectClose(model.logProbabilities(x), fixture.logProbabilities, 1e-5);
    expect([...(await model.predict(x).data())]).toEqual(fixture.predicted);
    const weights = [model.head.weight, ...model.clusters.map(({ classes }) => classes.weight)];
    const { grads } = tf.variableGrads(() => loss(x) as tf.Scalar, weights);
    for (const [i, weight] of weights.entries()) {
      const expected = i === 0 ? fixture.head.dWeight : fixture.tails[i - 1]!.dClasses;
      await expectClose(tf.reshape(tf.transpose(grads[weight.name]!), [-1]), expected, 1e-5);
    }
    model.dispose();
  });

  it('reads nothing at padding, and leaves nothing behind', async () => {
    const model = golden();
    const clean = tf.tensor3d(fixture.x.slice(0, 6 * D), [2, 3, D]);
    const [ids, mask] = [tf.tensor2d([0, 19, 99, 4, -1, 7], [2, 3], 'int32'), lengthMask([2, 1], 3)];
    const padded = tf.where(tf.expandDims(mask, 2), clean, tf.fill([2, 3, D], Number.NaN)) as tf.Tensor3D;
    const logs = tf.reshape(model.logProbabilities(clean), [6, V]);
    const chosen = tf.gatherND(logs, tf.tensor2d([0, 0, 1, 19, 3, 4], [3, 2], 'int32'));
    await expectClose(model.loss({ values: padded, mask }, ids), tf.neg(tf.mean(chosen)), 1e-5);
    await checkGradients((x) => model.loss({ values: x as tf.Tensor3D, mask }, ids), [clean]);
    await expectClose(model.loss({ values: padded, mask: lengthMask([0, 0], 3) }, ids), 0, 0);
    await expectNoLeak(() => tf.tidy(() => void model.loss({ values: padded, mask }, ids)));
    model.dispose();
  });
});

describe.each(backendsHere())('SampledSoftmax on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it('is the plain softmax where every class is sampled, and in evaluation', async () => {
    const all = {
      logMisses: new Float32Array(V).fill(-Infinity),
      draw: () => ({ classes: Int32Array.from({ length: V }, (_, i) => i), tries: 1 }),
    };
    const model = new SampledSoftmax({ inputSize: D, vocabularySize: V, samples: V, sampler: all, rng: new Rng(1) });
    const mask = lengthMask([3, 1]);
    const x = tf.where(
      tf.expandDims(mask, 2),
      tf.randomNormal([2, 3, D], 0, 1, 'float32', 1),
      tf.fill([2, 3, D], Number.NaN),
    ) as tf.Tensor3D;
    const ids = tf.tensor2d([3, 19, 0, 7, 99, -1], [2, 3], 'int32');
    const expected = maskedCrossEntropy(model.logits(x), ids, mask);
    await expectClose(model.loss({ values: x, mask }, ids), expected, 1e-5);
    model.train();
    await expectClose(model.loss({ values: x, mask }, ids), expected, 1e-5);
    await checkGradients(() => model.loss({ values: x, mask }, ids), [model.weight, model.bias]);
    await expectNoLeak(() => tf.tidy(() => void model.loss({ values: x, mask }, ids)));
    model.dispose();
  });
});

describe('in training', () => {
  beforeAll(async () => void (await useBackend('wasm')));
  const x = () =>
    tf.tensor3d(
      Array.from({ length: 4 * D }, (_, i) => Math.cos(i * i)),
      [1, 4, D],
    );
  const ids = () => tf.tensor2d([[1, 5, 1, 30]], [1, 4], 'int32');

  it('only rows of targets and samples move', async () => {
    const model = new SampledSoftmax({ inputSize: D, vocabularySize: 500, samples: 6, rng: new Rng(2) });
    const before = await model.weight.data();
    const [values, targets] = [x(), ids()];
    await fit({
      model,
      data: dataset(() => [0]),
      loss: () => model.loss(sequence(values), targets),
      optimizer: sgd({ learningRate: 1 }),
      epochs: 1,
    });
    const after = await model.weight.data();
    const moved = Array.from({ length: 500 }, (_, v) => v).filter((v) =>
      after.subarray(v * D, (v + 1) * D).some((w, i) => w !== before[v * D + i]),
    );
    expect(moved).toEqual(expect.arrayContaining([1, 5, 30]));
    expect(moved.length).toBeLessThanOrEqual(9);
    model.dispose();
  });

  it.each(['sampled', 'adaptive'] as const)('the %s softmax learns', async (kind) => {
    const rng = new Rng(3);
    const size = { inputSize: D, vocabularySize: 40, rng };
    const model =
      kind === 'sampled'
        ? new SampledSoftmax({ ...size, samples: 10 })
        : new AdaptiveSoftmax({ ...size, cutoffs: [4, 10] });
    const [values, targets] = [x(), ids()];
    const loss = () => model.loss(sequence(values), targets);
    const data = dataset(() => new Array<number>(60).fill(0));
    await fit({ model, data, loss, optimizer: adam({ learningRate: 0.1 }), epochs: 1 });
    expect((await loss().data())[0]).toBeLessThan(0.1);
    model.dispose();
  });
});

it.each([
  ['log-uniform', logUniformSampler(30)],
  ['unigram', unigramSampler(Array.from({ length: 30 }, (_, i) => 1 + (i % 7)))],
])('%s samples, corrected, stand for all classes', (_, sampler) => {
  const rng = new Rng(5);
  const [rounds, seen] = [4000, new Float64Array(30)];
  for (let i = 0; i < rounds; i++) {
    const { classes, tries } = sampler.draw(8, rng);
    expect(new Set(classes).size).toBe(8);
    for (const id of classes) seen[id]! += 1 / -Math.expm1(tries * sampler.logMisses[id]!) / rounds;
  }
  for (const count of seen) expect(Math.abs(count - 1)).toBeLessThan(0.15);
});

it('names what is wrong', () => {
  const make = (cutoffs: number[]) => () => new AdaptiveSoftmax({ inputSize: 4, vocabularySize: 9, cutoffs });
  for (const cutoffs of [[], [0], [9], [5, 5], [5, 2], [1.5]]) expect(make(cutoffs)).toThrow(OptionError);
  expect(() => new SampledSoftmax({ inputSize: 4, vocabularySize: 9, samples: 10 })).toThrow(OptionError);
  const sampler = logUniformSampler(8);
  expect(() => new SampledSoftmax({ inputSize: 4, vocabularySize: 9, samples: 2, sampler })).toThrow(
    /draws from 8 classes/,
  );
  expect(() => unigramSampler([1, 0])).toThrow(DataError);
  const x = sequence(tf.zeros<tf.Rank.R3>([1, 1, 4]));
  expect(() => make([3])().loss(x, tf.tensor2d([[9]], [1, 1], 'int32'))).toThrow(
    'target 9 at sequence 0, step 0 is out of range',
  );
});
