/** Laws of the ops: what a fused kernel computes is what the composed form computes. */
import { type Op, Rng } from '@seqloom/core';
import { expectClose, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { linearChainBestPath } from '../chain/best-path.js';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import { linearChainLogPartition } from '../chain/log-partition.js';
import { linearChainLogProbability } from '../chain/log-probability.js';
import { meanNegative } from '../chain/mean-loss.js';
import { linearChainPathScore } from '../chain/path-score.js';
import { plainChains, randomPotentials, tensorsOf } from './plain-chains.js';

/** Float32, sums over paths of potentials of order 1. */
const tolerance = 2e-5;

type Law = (runs: number) => Promise<void>;

export const opLaws: Readonly<Record<string, Law>> = {
  'the log partition op keeps the laws of ops': lawsOf(linearChainLogPartition, (potentials) => potentials),
  'the path score op keeps the laws of ops': lawsOf(linearChainPathScore, withPaths),
  'the log probability op keeps the laws of ops': lawsOf(linearChainLogProbability, withPaths),
  'the mean loss op keeps the laws of ops': lawsOf(meanNegative, ({ emission, mask }) => ({
    logLikelihood: tf.linspace(-3, 1, emission!.shape[0]!),
    mask,
  })),
  'the best path op keeps the laws of ops': async (runs) => {
    for (const { inputs } of cases(runs)) {
      const [fused, composed] = [linearChainBestPath, linearChainBestPath.composed].map((op) => op(inputs, {})[0]!);
      const score = (path: tf.Tensor) => linearChainPathScore({ ...inputs, labels: path }, {})[0]!;
      await expectClose(score(fused!), score(composed!), tolerance, 'score of the best path');
    }
  },
  'of equally good paths the one with the lowest states, from the end on, is best': async () => {
    const flat = randomPotentials(new Rng(13), [6, 3, 0], 5);
    const ties = Object.fromEntries(
      Object.entries(flat).map(([name, x]) => [name, name === 'mask' ? x : tf.round(tf.mul(x, 0.7))]),
    ) as unknown as Required<ChainPotentials>;
    const [fused, composed] = [linearChainBestPath, linearChainBestPath.composed].map((op) => op(ties, {})[0]!);
    await expectClose(fused!, await composed!.array(), 0, 'best path');
  },
};

function lawsOf<Names extends string>(
  op: Op<Names, Record<string, never>>,
  inputsOf: (potentials: Required<ChainPotentials>, rng: Rng) => Record<string, tf.Tensor>,
): Law {
  return (runs) => {
    const rng = new Rng(14);
    const verified = cases(runs).map(({ inputs, ...rest }) => ({
      ...rest,
      inputs: inputsOf(inputs, rng) as Record<Names, tf.Tensor>,
    }));
    return verifyOp(op, verified);
  };
}

function cases(runs: number) {
  const drawn = fc.sample(plainChains, { numRuns: runs, seed: 11 }).map((chain, i) => ({
    name: `drawn chain ${i}`,
    inputs: tensorsOf(chain, Number.NaN),
    attributes: {},
    tolerance,
    gradientCheck: false as const, // −∞ has no difference; enumeration checks these gradients
  }));
  const long = { name: 'ragged, 17 states', inputs: randomPotentials(new Rng(12), [9, 5, 1, 0], 17), attributes: {} };
  return [{ ...long, tolerance, gradientCheck: {} }, ...drawn];
}

/** With random labels, nonsense at padding. */
function withPaths(potentials: Required<ChainPotentials>, rng: Rng): Record<string, tf.Tensor> {
  const [B, T, K] = potentials.emission.shape;
  const real = potentials.mask.dataSync();
  const labels = Int32Array.from({ length: B * T }, (_, i) => (real[i] ? rng.below(K) : -7));
  return { ...potentials, labels: tf.tensor2d(labels, [B, T], 'int32') };
}
