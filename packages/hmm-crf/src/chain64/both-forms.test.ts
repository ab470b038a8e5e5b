/** The two forms of the linear chain, tensors and float64 arrays, answer alike. */
import { Rng, useBackend } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, it } from 'vitest';
import { LinearChain } from '../chain/linear-chain.js';
import type { PlainChain } from '../laws/enumeration.js';
import { plainChains, tensorsOf } from '../laws/plain-chains.js';
import { Float64Chain } from './index.js';

/** A chain in both forms, another over the same steps, and a statistic. */
function bothForms(plain: PlainChain) {
  const tensors = tensorsOf(plain);
  const numbers = (tensor: tf.Tensor) => Float64Array.from(tensor.dataSync());
  const rng = new Rng(3);
  const drawn = tf.tensor3d(
    Float32Array.from(tensors.emission.dataSync(), () => rng.normal()),
    tensors.emission.shape,
  );
  const arrays = {
    ...{ initial: numbers(tensors.initial), final: numbers(tensors.final) },
    ...{ transition: numbers(tensors.transition), emission: numbers(tensors.emission) },
    ...{ lengths: plain.mask.map((row) => row.length), mask: plain.mask.flat() },
  };
  return {
    tensors: new LinearChain(tensors),
    arrays: new Float64Chain(arrays),
    otherTensors: new LinearChain({ ...tensors, emission: drawn }),
    otherArrays: new Float64Chain({ ...arrays, emission: numbers(drawn) }),
    statistic: { tensors: { emission: drawn }, arrays: { emission: numbers(drawn) } },
  };
}

const k = 4;
const loss = (K: number) =>
  Array.from({ length: K }, (_, i) => Array.from({ length: K }, (_, j) => (i - j) ** 2 + Number(i < j)));

const questions: Record<string, (forms: ReturnType<typeof bothForms>) => readonly [tf.Tensor, ArrayLike<number>]> = {
  'log partition': ({ tensors, arrays }) => [tensors.logPartition(), arrays.logPartition()],
  marginals: ({ tensors, arrays }) => [tensors.marginals(), arrays.marginals()],
  'pair marginals': ({ tensors, arrays }) => [tensors.pairMarginals(), arrays.pairMarginals()],
  'best path': ({ tensors, arrays }) => [tensors.viterbi().path, arrays.viterbi().path],
  'its score': ({ tensors, arrays }) => [tensors.viterbi().score, arrays.viterbi().score],
  'log probability of it': ({ tensors, arrays }) => {
    const labels = arrays.viterbi().path.map((label) => Math.max(label, 0));
    const { B, T } = tensors.sizes;
    return [tensors.logProbability(tf.tensor2d(labels, [B, T], 'int32')), arrays.logProbability(labels)];
  },
  'max-marginal states, by how probable they are': ({ tensors, arrays }) => {
    const [{ K }, marginals] = [tensors.sizes, arrays.marginals()];
    const probable = (path: Int32Array) => Float32Array.from(path, (k, n) => (k < 0 ? -1 : marginals[n * K + k]!));
    const theirs = tensors.posteriorDecode();
    return [tf.tensor(probable(theirs.dataSync<'int32'>())), probable(arrays.posteriorDecode())];
  },
  'least risk': ({ tensors, arrays }) => {
    const table = loss(tensors.sizes.K);
    return [tensors.minimumRisk(table).risk, arrays.minimumRisk(Float64Array.from(table.flat())).risk];
  },
  'scores of the k best': ({ tensors, arrays }) => [
    tensors.kBest(k).scores,
    arrays.kBest(k).flatMap((best) => Array.from({ length: k }, (_, rank) => best[rank]?.score ?? -Infinity)),
  ],
  entropy: ({ tensors, arrays }) => [tensors.entropy(), arrays.entropy()],
  divergence: ({ tensors, arrays, otherTensors, otherArrays }) => [tensors.kl(otherTensors), arrays.kl(otherArrays)],
  expectation: ({ tensors, arrays, statistic }) => [
    tensors.expectation(statistic.tensors),
    arrays.expectation(statistic.arrays),
  ],
  variance: ({ tensors, arrays, statistic }) => [
    tensors.covariance(statistic.tensors),
    arrays.covariance(statistic.arrays),
  ],
};

beforeAll(() => useBackend('cpu'));

it.each(Object.entries(questions))('%s', async (name, ask) => {
  const property = fc.asyncProperty(plainChains, async (plain) => {
    let ours: ArrayLike<number> = [];
    const theirs = tf.tidy(() => {
      const answers = ask(bothForms(plain));
      ours = answers[1];
      return answers[0];
    });
    await expectClose(theirs, Array.from(ours), 1e-4, name);
    theirs.dispose();
  });
  await fc.assert(property, { numRuns: 40, seed: 3 });
});
