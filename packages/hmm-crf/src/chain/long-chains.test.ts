/** Chains of 100,000 steps through the fused kernels: nothing underflows, and sums keep their digits. */
import { Rng, useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { randomPotentials } from '../laws/plain-chains.js';
import { LinearChain } from './linear-chain.js';

describe.each(backendsHere())('long chains on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('answer what is known of a Markov chain without a preference', async () => {
    const [T, K, rng] = [100_000, 4, new Rng(1)];
    const constants = Float32Array.from({ length: T }, () => 10 * rng.normal());
    const moves = [0.7, 0.1, 0.15, 0.05];
    const chain = new LinearChain({
      initial: tf.fill([K], -Math.log(K)),
      transition: tf.tensor2d(moves.map((_, i) => moves.map((_, j) => Math.log(moves[(j - i + K) % K]!)))),
      emission: tf.add(tf.tensor3d(constants, [1, T, 1]), tf.zeros([1, T, K])),
      mask: tf.ones([1, T], 'bool'),
    });
    const sum = constants.reduce((total, each) => total + each, 0);
    await expectClose(chain.logPartition(), [sum], 0.01, 'log partition');
    const entropy = moves.reduce((total, p) => total - p * Math.log(p), 0) * (T - 1) + Math.log(K);
    await expectClose(tf.div(chain.entropy(), entropy), [1], 1e-5, 'entropy');
    await expectClose(chain.marginals(), new Array(T * K).fill(1 / K), 1e-4, 'marginals');
  });

  it('find a path as good as the parallel scan does, which adds up few numbers at a time', async () => {
    const potentials = randomPotentials(new Rng(2), [30_000], 3);
    const [steps, scan] = [new LinearChain(potentials), new LinearChain(potentials, { recursion: 'scan' })];
    await expectClose(tf.div(steps.viterbi().score, scan.viterbi().score), [1], 2e-7, 'Viterbi score');
    await expectClose(tf.div(steps.logPartition(), scan.logPartition()), [1], 1e-6, 'log partition');
  });
});
