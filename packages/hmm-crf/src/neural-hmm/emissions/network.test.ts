import { Module, normal, parameter, Rng, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../laws/training.js';
import { NeuralHMM } from '../neural-hmm.js';
import { GaussianEmission } from './gaussian.js';
import { NetworkEmission } from './network.js';

/** tanh(x·W)·V */
class Perceptron extends Module {
  readonly hidden: tf.Variable<tf.Rank.R2>;
  readonly output: tf.Variable<tf.Rank.R2>;

  constructor(inputSize: number, stateCount: number, rng: Rng) {
    super();
    this.hidden = parameter([inputSize, 4], normal(1), rng);
    this.output = parameter([4, stateCount], normal(1), rng);
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    const [B, T, D] = x.shape;
    const hidden = tf.tanh(tf.matMul(tf.reshape(x, [B * T, D]), this.hidden));
    return tf.reshape(tf.matMul(hidden as tf.Tensor2D, this.output), [B, T, -1]);
  }
}

describe.each(backendsHere())('NetworkEmission on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const rng = new Rng(1);
  const numbers = Array.from({ length: 30 }, () => rng.normal());
  const observations = () => ({ values: tf.tensor3d(numbers, [3, 5, 2]), mask: tf.ones<tf.Rank.R2>([3, 5], 'bool') });

  it('a module is trained with the chain: gradients are right, and the loss falls', async () => {
    const network = new Perceptron(2, 3, rng);
    const hmm = new NeuralHMM({ emission: new NetworkEmission({ network, stateCount: 3 }), rng });
    const paths = [...hmm.namedVariables()].map(([path]) => path);
    expect(paths).toEqual(['initial', 'transition', 'emission.network.hidden', 'emission.network.output']);
    const loss = () => hmm.loss(observations());
    const variables = [...hmm.namedVariables()].map(([, variable]) => variable);
    await checkGradients(loss, variables);
    const [before] = await loss().data();
    expect(await train(loss, variables, 20)).toBeLessThan(before! - 0.5);
    hmm.dispose();
  });

  it('likelihoods of a function count as they are', async () => {
    const gaussian = new GaussianEmission({ stateCount: 2, size: 2, rng });
    const network = (x: tf.Tensor3D) => gaussian.logProbability(x);
    const chain = {
      startProb: [0.3, 0.7],
      transMat: [
        [0.9, 0.1],
        [0.4, 0.6],
      ],
    };
    const own = new NeuralHMM({ emission: gaussian, ...chain });
    const hmm = new NeuralHMM({
      emission: new NetworkEmission({ network, stateCount: 2, scores: 'likelihoods' }),
      ...chain,
    });
    await expectClose(hmm.logLikelihood(observations()), await own.logLikelihood(observations()).data(), 1e-5);
    const seen = observations();
    await expectNoLeak(() => hmm.logLikelihood(seen).dispose());
  });

  it('refuses what is no network, and scores for other states', () => {
    expect(() => new NetworkEmission({ network: {} as never, stateCount: 2 })).toThrow(/network/);
    expect(() => new NetworkEmission({ network: (x) => x, stateCount: 2, scores: 'odds' as never })).toThrow(/scores/);
    const emission = new NetworkEmission({ network: (x) => x, stateCount: 3 });
    expect(() => emission.logProbability(tf.zeros([1, 4, 2]))).toThrow(/NetworkEmission/);
  });
});
