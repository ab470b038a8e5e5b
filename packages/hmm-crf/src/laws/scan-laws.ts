/** Laws of the parallel scan: it answers as steps one by one do, gradients included. */
import { Rng } from '@seqloom/core';
import { expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import { LinearChain } from '../chain/linear-chain.js';
import { scanBestPath } from '../chain/scan/scan-best-path.js';
import { scanLogPartition } from '../chain/scan/scan-log-partition.js';
import { forChains, type Law, nested, same, tolerance } from './for-chains.js';
import { randomPotentials } from './plain-chains.js';

const scanned = (potentials: ChainPotentials) => new LinearChain(potentials, { recursion: 'scan' });

export const scanLaws: Readonly<Record<string, Law>> = {
  'a scan answers as steps one by one do': forChains(async (chain) => {
    const answers: Record<string, (chain: LinearChain) => tf.Tensor> = {
      'log partition': (each) => each.logPartition(),
      marginals: (each) => each.marginals(),
      'pair marginals': (each) => each.pairMarginals(),
      entropy: (each) => each.entropy(),
      'Viterbi score': (each) => each.viterbi().score,
      'log probability': (each) => each.logProbability(tf.zeros([each.sizes.B, each.sizes.T], 'int32')),
    };
    for (const [what, answer] of Object.entries(answers)) {
      const expected = await nested<number[][]>(chain, (tensors) => answer(new LinearChain(tensors)));
      await same(chain, what, (tensors) => answer(scanned(tensors)), [expected].flat(9) as never, 5 * tolerance);
    }
    const path = await nested(chain, (tensors) => scanned(tensors).viterbi().path);
    const labels = () => tf.tensor2d(path, undefined, 'int32');
    const best = await nested<number[]>(chain, (tensors) => scanned(tensors).viterbi().score);
    const none = path.map((row) => row.every((label) => label < 0));
    const expected = best.map((score, row) => (none[row] && score === -Infinity ? 0 : score));
    const zeroed = (score: tf.Tensor) => tf.where(tf.tensor1d(none, 'bool'), tf.zerosLike(score), score);
    const clipped = () => tf.maximum(labels(), 0) as tf.Tensor2D;
    await same(chain, 'score of its path', (tensors) => zeroed(new LinearChain(tensors).score(clipped())), expected);
  }),
  'blocks of steps change nothing': async () => {
    const lengths = [23, 9, 1, 0];
    const { mask, ...parts } = randomPotentials(new Rng(64), lengths, 3);
    const perStep = tf.add(parts.transition, tf.randomNormal([4, 22, 3, 3], 0, 1, 'float32', 65)) as tf.Tensor4D;
    const forms = [
      [parts.transition, 5],
      [perStep, 2],
    ] as const;
    for (const [transition, steps] of forms) {
      const potentials = { ...parts, transition, mask };
      const xs = [parts.initial, parts.final, transition, parts.emission] as tf.Tensor[];
      const gradients = (logPartition: (each: typeof potentials) => tf.Tensor) =>
        tf.grads(
          (...[initial, final, transition, emission]: tf.Tensor[]) =>
            tf.sum(logPartition({ initial, final, transition, emission, mask } as never)) as tf.Scalar,
        )(xs);
      const whole = gradients((each) => new LinearChain(each).logPartition());
      const blocked = gradients((each) => scanLogPartition(each, steps * 4 * 9));
      for (const [i, each] of blocked.entries()) await expectClose(each, whole[i]!, 5 * tolerance, `gradient ${i}`);
      const chain = new LinearChain(potentials);
      const path = scanBestPath(potentials, steps * 4 * 9);
      await expectClose(chain.score(path), chain.viterbi().score, tolerance, 'score of the best path');
    }
    const squares = (logPartition: (each: ChainPotentials) => tf.Tensor) =>
      tf.grad((x: tf.Tensor) =>
        tf.sum(
          tf.square(tf.grad((y: tf.Tensor) => tf.sum(logPartition({ ...parts, mask, emission: y as tf.Tensor3D })))(x)),
        ),
      )(parts.emission);
    const expected = squares((each) => new LinearChain(each).logPartition());
    await expectClose(
      squares((each) => scanLogPartition(each as never, 5 * 4 * 9)),
      expected,
      5 * tolerance,
      'second derivative',
    );
  },
  'its gradients and those of its marginals are the same': async () => {
    const { mask, ...parts } = randomPotentials(new Rng(61), [9, 4, 1, 0], 3);
    const xs = Object.values(parts) as tf.Tensor[];
    const gradients = (make: typeof scanned) =>
      tf.grads((...[initial, final, transition, emission]: tf.Tensor[]) => {
        const chain = make({ initial, final, transition, emission, mask } as never);
        return tf.add(tf.sum(chain.logPartition()), tf.sum(tf.square(chain.pairMarginals()))) as tf.Scalar;
      })(xs);
    const [actual, expected] = [gradients(scanned), gradients((potentials) => new LinearChain(potentials))];
    for (const [i, gradient] of actual.entries())
      await expectClose(gradient, expected[i]!, 5 * tolerance, `gradient ${i}`);
  },
  'long chains keep their digits': async () => {
    const [T, K, rng] = [1000, 4, new Rng(62)];
    const constants = Float32Array.from({ length: T }, () => 100 * rng.normal());
    const moves = [0.7, 0.1, 0.15, 0.05];
    const chain = scanned({
      initial: tf.fill([K], -Math.log(K)),
      transition: tf.tensor2d(moves.map((_, i) => moves.map((_, j) => Math.log(moves[(j - i + K) % K]!)))),
      emission: tf.add(tf.tensor3d(constants, [1, T, 1]), tf.zeros([1, T, K])),
      mask: tf.ones([1, T], 'bool'),
    });
    const sum = constants.reduce((total, each) => total + each, 0);
    await expectClose(tf.div(chain.logPartition(), sum), [1], 1e-5, 'log partition');
    await expectClose(
      tf.div(chain.viterbi().score, sum - Math.log(K) + (T - 1) * Math.log(0.7)),
      [1],
      1e-5,
      'Viterbi score',
    );
    await expectClose(chain.marginals(), new Array(T * K).fill(1 / K), 1e-4, 'marginals');
  },
  'a scan leaks nothing': async () => {
    const chain = scanned(randomPotentials(new Rng(63), [5, 2], 3));
    await expectNoLeak(() => tf.dispose([chain.logPartition(), chain.marginals(), chain.viterbi()] as tf.Tensor[]));
  },
};
