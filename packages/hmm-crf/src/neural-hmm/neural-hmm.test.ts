/** Golden: hmmlearn and published examples. Tolerance: 1e-4 relative (float32 sums over up to 300 steps). */
import { DataError, lengthMask, OptionError, Rng, ShapeError, UsageError, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import hmmlearn from '../__fixtures__/hmmlearn.json' with { type: 'json' };
import published from '../__fixtures__/published-hmm.json' with { type: 'json' };
import { LinearChain } from '../chain/linear-chain.js';
import { neuralHMMLaws } from '../laws/neural-hmm-laws.js';
import { CategoricalEmission } from './emissions/categorical.js';
import type { Observations } from './emissions/emission.js';
import { GaussianEmission } from './emissions/gaussian.js';
import { NeuralHMM } from './neural-hmm.js';

const tolerance = 1e-4;

describe.each(backendsHere())('NeuralHMM on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(hmmlearn.cases)('equals hmmlearn: $family', async ({ initial, lengths, X, ...expected }) => {
    const observations = ragged(X as number[][], lengths);
    const hmm = fromHmmlearn(initial);
    const rows = expected.posterior.map((row) => row.slice());
    await expectClose(hmm.startProb, initial.startprob_, 1e-6);
    await expectClose(hmm.transMat, initial.transmat_, 1e-6);
    await expectClose(tf.sum(hmm.logLikelihood(observations)), [expected.logLikelihood], tolerance);
    const { path, score } = hmm.viterbi(observations);
    await expectClose(tf.sum(score), [expected.viterbi.score], tolerance, 'Viterbi score');
    expect(unpadded(await path.array(), lengths)).toEqual(expected.viterbi.path);
    await expectClose(unpadded(await hmm.posteriors(observations).array(), lengths), rows, tolerance, 'posteriors');
  });

  it.each(['start_fair_half', 'start_stationary'] as const)('the dishonest casino, %s', async (start) => {
    const { rolls, transMat, emissionProb, startProb, ...expected } = casino(start);
    const hmm = new NeuralHMM({ startProb, transMat, emission: new CategoricalEmission({ emissionProb }) });
    const observations = { values: tf.tensor2d([rolls], [1, 300], 'int32'), mask: lengthMask([300]) };
    await expectClose(hmm.logLikelihood(observations), [expected.loglik], tolerance);
    const { path, score } = hmm.viterbi(observations);
    await expectClose(score, [expected.viterbi_logprob], tolerance);
    expect((await path.data()).join('')).toBe(expected.viterbi.replaceAll('F', '0').replaceAll('L', '1'));
    const loaded = tf.squeeze(tf.slice(hmm.posteriors(observations), [0, 0, 1]), [0, 2]);
    await expectClose(loaded, expected.posterior_loaded, tolerance);
  });

  it('rain and sun, GC content and a one-dimensional Gaussian, as published', async () => {
    const { rainy_sunny: rain, gc_content_toy: gc, gaussian_toy: gauss } = published;
    const weather = new NeuralHMM({
      ...prior(rain),
      emission: new CategoricalEmission({ emissionProb: rain.emissionprob }),
    });
    await expectClose(weather.logLikelihood(symbols(rain.obs)), [rain.loglik], tolerance);
    await expectClose(weather.posteriors(symbols(rain.obs)), [rain.posteriors], tolerance);
    await decodes(weather, symbols(rain.obs), rain.viterbi_path, rain.viterbi_prob);
    const dna = new NeuralHMM({ ...prior(gc), emission: new CategoricalEmission({ emissionProb: gc.emissionprob }) });
    await decodes(dna, symbols(gc.obs), gc.viterbi_path, gc.viterbi_prob);
    await expectClose(dna.logLikelihood(symbols(gc.forward_obs)), [Math.log(gc.forward_prob)], tolerance);
    const [means, covars] = [gauss.means.map((mean) => [mean]), gauss.sds.map((deviation) => [deviation ** 2])];
    const real = new NeuralHMM({ ...prior(gauss), emission: new GaussianEmission({ means, covars }) });
    const numbers = (x: number[]) => ({
      values: tf.tensor3d([x.map((value) => [value])]),
      mask: lengthMask([x.length]),
    });
    await decodes(real, numbers(gauss.obs), gauss.viterbi_path, gauss.viterbi_prob);
    await expectClose(real.logLikelihood(numbers(gauss.forward_obs)), [Math.log(gauss.forward_prob)], tolerance);
  });

  it('umbrella and ice cream (with end probabilities), as chains', async () => {
    const { umbrella, ice_cream: ice } = published;
    const rain = chainOf({ ...umbrella, likelihoods: umbrella.frame_likelihoods });
    await expectClose(rain.logPartition(), [umbrella.loglik], tolerance);
    await expectClose(rain.marginals(), [umbrella.posteriors], tolerance);
    expect(await rain.viterbi().path.array()).toEqual([umbrella.viterbi_path]);
    const likelihoods = ice.obs_1to3.map((count) => ice.emissionprob.map((row) => row[count - 1]!));
    const diary = chainOf({ ...ice, likelihoods });
    await expectClose(diary.logPartition(), [ice.loglik], tolerance);
    await expectClose(tf.slice(diary.marginals(), [0, 0, 1]), ice.posterior_hot, tolerance);
    await expectClose(diary.viterbi().score, [ice.viterbi_logprob], tolerance);
    // Another path is exactly as good: compare scores.
    await expectClose(
      diary.score(tf.tensor2d([ice.viterbi_path], undefined, 'int32')),
      [ice.viterbi_logprob],
      tolerance,
    );
  });

  it.each(Object.entries(neuralHMMLaws))('%s', (_, law) => law());

  it('is a module', async () => {
    await verifyModule(() => new NeuralHMM({ emission: new CategoricalEmission({ stateCount: 2, symbolCount: 3 }) }));
    await verifyModule(() => new NeuralHMM({ emission: new GaussianEmission({ stateCount: 2, size: 3 }) }));
  });

  it('says what is wrong with its input', () => {
    const emission = new CategoricalEmission({
      emissionProb: [
        [0.5, 0.5],
        [0.1, 0.9],
      ],
    });
    const hmm = new NeuralHMM({ emission, startProb: [1, 0] });
    expect(() => hmm.loss(symbols([0, 2, 1]))).toThrow(DataError);
    expect(() => hmm.loss(symbols([0, 2, 1]))).toThrow('symbol 2 at sequence 0, step 1');
    expect(() => hmm.loss({ ...symbols([0, 1]), mask: lengthMask([3]) })).toThrow(ShapeError);
    expect(() => hmm.loss({ values: tf.zeros([0, 2], 'int32'), mask: tf.zeros([0, 2], 'bool') })).toThrow(ShapeError);
    expect(() => hmm.sample(0)).toThrow(OptionError);
    expect(() => new NeuralHMM({ emission, startProb: [0.5, 0.6] })).toThrow(
      'row 0 of `startProb` is not a distribution',
    );
    expect(() => new NeuralHMM({ emission, transMat: [[1, 0]] })).toThrow(ShapeError);
    expect(() => new NeuralHMM({ emission, states: 2 } as never)).toThrow('unknown option `states`');
    expect(() => new CategoricalEmission({ emissionProb: [[1, 0], [1]] })).toThrow(ShapeError);
    expect(() => new CategoricalEmission({ emissionProb: [] })).toThrow(OptionError);
    expect(() => new GaussianEmission({ means: [[0]], covars: [[0]] })).toThrow('`covars` must be positive');
    expect(() => new GaussianEmission({ means: [[0], [1]], covars: [[1]] })).toThrow(ShapeError);
    expect(() => new GaussianEmission({ means: [[Number.NaN]], covars: [[1]] })).toThrow(OptionError);
    const silent = new NeuralHMM({ emission: { stateCount: 2, logProbability: () => tf.zeros([1, 1, 2]) } });
    expect(() => silent.sample(3, new Rng(1))).toThrow(UsageError);
  });
});

function fromHmmlearn(initial: (typeof hmmlearn.cases)[number]['initial']): NeuralHMM<tf.Tensor> {
  const { startprob_: startProb, transmat_: transMat, ...family } = initial;
  const emission = family.emissionprob_
    ? new CategoricalEmission({ emissionProb: family.emissionprob_ })
    : new GaussianEmission({
        means: family.means_!,
        covars: family.covars_!.map((full) => full.map((row, i) => row[i]!)),
      });
  return new NeuralHMM<tf.Tensor>({ startProb, transMat, emission });
}

/** Sequences laid end to end → padded; one column of whole numbers are symbols. */
function ragged(X: number[][], lengths: number[]): Observations<tf.Tensor> {
  const T = Math.max(...lengths);
  const width = X[0]!.length;
  const rows = lengths.map((length, row) => {
    const start = lengths.slice(0, row).reduce((a, b) => a + b, 0);
    return [...X.slice(start, start + length), ...Array.from({ length: T - length }, () => X[0]!.map(() => 0))];
  });
  const values =
    width === 1
      ? tf.tensor2d(rows.flat(2), [rows.length, T], 'int32')
      : tf.tensor3d(rows.flat(2), [rows.length, T, width]);
  return { values, mask: lengthMask(lengths) };
}

function unpadded<T>(rows: T[][] | unknown, lengths: number[]): T[] {
  return (rows as T[][]).flatMap((row, i) => row.slice(0, lengths[i]));
}

function casino(start: 'start_fair_half' | 'start_stationary') {
  const { rolls, transmat: transMat, emissionprob: emissionProb, [start]: given } = published.casino;
  return {
    ...given,
    rolls: [...rolls].map((roll) => Number(roll) - 1),
    transMat,
    emissionProb,
    startProb: given.startprob,
  };
}

function prior({ startprob: startProb, transmat: transMat }: { startprob: number[]; transmat: number[][] }) {
  return { startProb, transMat };
}

function symbols(obs: number[]): Observations<tf.Tensor2D> {
  return { values: tf.tensor2d([obs], [1, obs.length], 'int32'), mask: lengthMask([obs.length]) };
}

async function decodes<V extends tf.Tensor>(
  hmm: NeuralHMM<V>,
  observations: Observations<V>,
  states: number[],
  p: number,
) {
  const { path, score } = hmm.viterbi(observations);
  await expectClose(score, [Math.log(p)], tolerance, 'Viterbi score');
  expect(await path.array()).toEqual([states]);
}

interface ChainProbabilities {
  startprob: number[];
  transmat: number[][];
  endprob?: number[];
  likelihoods: number[][];
}

function chainOf({ startprob, transmat, endprob, likelihoods }: ChainProbabilities): LinearChain {
  return new LinearChain({
    initial: tf.log(tf.tensor1d(startprob)),
    transition: tf.log(tf.tensor2d(transmat)),
    final: tf.log(tf.tensor1d(endprob ?? startprob.map(() => 1))),
    emission: tf.log(tf.tensor3d([likelihoods])),
    mask: lengthMask([likelihoods.length]),
  });
}
