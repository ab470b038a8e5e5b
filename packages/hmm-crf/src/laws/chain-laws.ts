/** What must hold of every linear chain, on every backend. */
import { detach, Rng } from '@seqloom/core';
import { checkGradients, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import { LinearChain } from '../chain/linear-chain.js';
import { expectations, isPerStep, logPartitionOf, type PlainChain, paths } from './enumeration.js';
import { forChains, type Law, nested, same, tolerance } from './for-chains.js';
import { randomPotentials, tensorsOf } from './plain-chains.js';

/** Law → check with that many drawn chains. */
export const chainLaws: Readonly<Record<string, Law>> = {
  'the log partition is log Σ exp over all paths, its gradient the expected counts': forChains(async (chain) => {
    await same(chain, 'log partition', (tensors) => new LinearChain(tensors).logPartition(), logPartitions(chain));
    await sameGradients(chain);
    await sameGradients(chain, Number.NaN);
  }),
  'marginals and pair marginals are path probabilities': forChains(async (chain) => {
    const expected = expectations(chain);
    await same(chain, 'marginals', (tensors) => new LinearChain(tensors).marginals(), expected.emission);
    await same(chain, 'pair marginals', (tensors) => new LinearChain(tensors).pairMarginals(), expected.pairs.flat(9));
  }),
  'the score of a path is the sum of its potentials': forChains(async (chain) => {
    const each = chain.mask.map((_, row) => paths(chain, row).at(-1)!);
    const labels = () =>
      tf.tensor2d(
        each.map((path) => path.labels),
        undefined,
        'int32',
      );
    await same(
      chain,
      'score',
      (tensors) => new LinearChain(tensors).score(labels()),
      each.map(({ score }) => score),
    );
    const logZ = logPartitions(chain);
    const expected = each.map(({ score }, row) => (score === -Infinity ? score : score - logZ[row]!));
    await same(chain, 'log probability', (tensors) => new LinearChain(tensors).logProbability(labels()), expected);
  }),
  'Viterbi finds a best path, and its score': forChains(async (chain) => {
    const best = chain.mask.map((_, row) => Math.max(...paths(chain, row).map(({ score }) => score)));
    await same(chain, 'Viterbi score', (tensors) => new LinearChain(tensors).viterbi().score, best);
    const found = await nested(chain, (tensors) => new LinearChain(tensors).viterbi().path);
    const scores = found.map(
      (labels, row) => paths(chain, row).find((path) => String(path.labels) === String(labels))?.score,
    );
    const none = found.map((labels) => labels.every((label) => label === -1));
    await expectClose(
      scores.map((score, row) => score ?? (none[row] ? -Infinity : Number.NaN)),
      best,
      tolerance,
      'score of the Viterbi path',
    );
  }),
  'renaming the states changes nothing': forChains(async (chain) => {
    const renamed = reversedStates(chain);
    const marginals = await nested(chain, (tensors) => tf.reverse(new LinearChain(tensors).marginals(), 2));
    await same(renamed, 'marginals', (tensors) => new LinearChain(tensors).marginals(), marginals.flat(9));
  }),
  'gradients of the log partition and of the marginals are what finite differences say': async () => {
    const { mask, ...potentials } = randomPotentials(new Rng(3), [4, 2, 1], 3);
    const chain = (...[initial, final, transition, emission]: tf.Tensor[]) =>
      new LinearChain({ initial, final, transition, emission, mask } as ChainPotentials);
    const xs = Object.values(potentials) as tf.Tensor[];
    await checkGradients((...moved) => tf.sum(chain(...moved).logPartition()), xs);
    const weights = randomPotentials(new Rng(4), [4, 2, 1], 3).emission;
    await checkGradients((...moved) => tf.sum(tf.mul(weights, chain(...moved).marginals())), xs);
    await checkGradients((...moved) => tf.sum(tf.square(chain(...moved).pairMarginals())), xs);
    await checkGradients((...moved) => tf.sum(chain(...moved).viterbi().score), xs);
  },
  'gradients of marginals are numbers where states and moves are forbidden': forChains(async (chain) => {
    const gradient = (tensors: ChainPotentials) =>
      tf.grad((emission: tf.Tensor) =>
        tf.sum(tf.square(new LinearChain({ ...tensors, emission: emission as tf.Tensor3D }).marginals())),
      )(tensors.emission);
    const broken = (x: tf.Tensor) =>
      detach(x, (values) => tf.sum(tf.cast(tf.logicalNot(tf.lessEqual(tf.abs(values), 10)), 'int32')));
    await same(chain, 'elements that are no number', (tensors) => broken(gradient(tensors)), [0]);
  }),
  'with one step, transitions per step are none': async () => {
    const { transition, ...rest } = randomPotentials(new Rng(6), [1, 0], 3);
    const labels = tf.tensor2d([2, 0], [2, 1], 'int32');
    const [shared, perStep] = [transition, tf.zeros<tf.Rank.R4>([2, 0, 3, 3])].map((moves) => {
      const chain = new LinearChain({ ...rest, transition: moves as tf.Tensor4D });
      const { path, score } = chain.viterbi();
      return [chain.logPartition(), chain.marginals(), chain.pairMarginals(), chain.score(labels), score, path];
    });
    for (const [i, answer] of perStep!.entries()) await expectClose(answer, shared![i]!, tolerance, `answer ${i}`);
  },
  'nothing leaks': async () => {
    const potentials = randomPotentials(new Rng(5), [4, 2], 3);
    const labels = tf.zeros<tf.Rank.R2>([2, 4], 'int32');
    await expectNoLeak(() =>
      tf.tidy(() => {
        const chain = new LinearChain(potentials);
        tf.grad((x: tf.Tensor) =>
          tf.sum(new LinearChain({ ...potentials, emission: x as tf.Tensor3D }).logPartition()),
        )(potentials.emission);
        void [chain.viterbi(), chain.pairMarginals(), chain.marginals(), chain.logProbability(labels)];
      }),
    );
  },
};

/** Throws unless the tape's gradient of Σ logPartition is what enumeration expects, with every part on the tape. */
async function sameGradients(chain: PlainChain, filler?: number): Promise<void> {
  const expected = expectations(chain);
  const K = chain.initial.length;
  const shared = Array.from({ length: K * K }, (_, at) =>
    expected.pairs.flat().reduce((sum, matrix) => sum + matrix.flat()[at]!, 0),
  );
  const names = ['initial', 'final', 'transition', 'emission'] as const;
  const values = {
    ...expected,
    transition: isPerStep(chain.transition) ? expected.pairs.flat(9) : shared,
    emission: expected.emission.flat(9),
  };
  const gradients = tf.tidy(() => {
    const tensors = tensorsOf(chain, filler);
    const value = () => tf.sum(new LinearChain(tensors).logPartition()) as tf.Scalar;
    const { grads } = tf.engine().gradients(
      value,
      names.map((name) => tensors[name]),
      undefined,
      true,
    );
    return names.map((name, i) => grads[i] ?? tf.zerosLike(tensors[name]));
  });
  for (const [i, name] of names.entries())
    await expectClose(gradients[i]!, values[name] as number[], tolerance, `gradient of ${name}`);
  tf.dispose(gradients);
}

function logPartitions(chain: PlainChain): number[] {
  return chain.mask.map((_, row) => logPartitionOf(paths(chain, row)));
}

function reversedStates(chain: PlainChain): PlainChain {
  const matrix = (rows: number[][]) => rows.map((row) => row.toReversed()).toReversed();
  return {
    ...chain,
    initial: chain.initial.toReversed(),
    final: chain.final.toReversed(),
    transition: isPerStep(chain.transition)
      ? chain.transition.map((steps) => steps.map(matrix))
      : matrix(chain.transition as number[][]),
    emission: chain.emission.map((steps) => steps.map((values) => values.toReversed())),
  };
}
