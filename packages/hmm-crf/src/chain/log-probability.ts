/** The log probability of given paths as one op, so that a loss is one kernel forward and one back. */
import { defineOp, detach, type Op, type Tensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { logProbabilityKernels, type PathPart } from './chain-kernels.js';
import type { ChainPotentials } from './chain-potentials.js';
import { linearChainLogPartition } from './log-partition.js';
import { linearChainPathScore, withLabels } from './path-score.js';

/** The potentials of a chain and labels [B,T] int32 → score − log partition [B]; −∞, without a gradient, where the labels are impossible. */
export const linearChainLogProbability: Op<PathPart, Record<string, never>> = defineOp({
  name: 'LinearChainLogProbability',
  inputs: ['initial', 'final', 'transition', 'emission', 'mask', 'labels'],
  workspaces: 2,
  composed(inputs: Tensors<PathPart>) {
    const [score, logZ] = [linearChainPathScore, linearChainLogPartition].map((op) => op.composed(inputs, {})[0]!);
    return [scoreLess(score!, logZ!)];
  },
  fused: logProbabilityKernels,
});

/** log p(labels) per sequence: labels [B,T] int32 → [B]. Throws as `pathScore`. */
export function logProbability(potentials: Required<ChainPotentials>, labels: tf.Tensor2D): tf.Tensor1D {
  return linearChainLogProbability(withLabels(potentials, labels), {})[0] as tf.Tensor1D;
}

/** score − logZ, and −∞ without a gradient where the score is. */
export function scoreLess<T extends tf.Tensor>(score: T, logZ: T): T {
  const impossible = detach<tf.Tensor, tf.Tensor>(score, (values) => tf.equal(values, -Infinity));
  return tf.where(impossible, score as tf.Tensor, tf.sub(score, logZ)) as T;
}
