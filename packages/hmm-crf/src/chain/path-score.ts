/** The score of given paths as an op: composed, without a loop over time; fused, one visit to each potential on the path. */
import { asMask, defineOp, type Op, type Tensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type PathPart, pathScoreKernels } from './chain-kernels.js';
import type { ChainPotentials } from './chain-potentials.js';
import { checkIndices } from './check-indices.js';
import { before, type FiniteChain, finiteChain } from './finite-chain.js';
import { withInfinity } from './impossible.js';
import { knownBefore } from './last-known.js';

/** The potentials of a chain and labels [B,T] int32 → the sum of the potentials along each path [B]. */
export const linearChainPathScore: Op<PathPart, Record<string, never>> = defineOp({
  name: 'LinearChainPathScore',
  inputs: ['initial', 'final', 'transition', 'emission', 'mask', 'labels'],
  composed: ({ labels, ...potentials }: Tensors<PathPart>) => [
    composed(potentials as unknown as ChainPotentials, labels as tf.Tensor2D),
  ],
  fused: pathScoreKernels,
});

/**
 * The sum of the potentials along each path: labels [B,T] int32 → [B]; labels at masked steps are not read. Throws a DataError on a label that
 * is no state; on backends that cannot look without waiting (webgl, webgpu), the row's score is NaN.
 */
export function pathScore(potentials: Required<ChainPotentials>, labels: tf.Tensor2D): tf.Tensor1D {
  return linearChainPathScore(withLabels(potentials, labels), {})[0] as tf.Tensor1D;
}

/** The inputs of an op that wants a chain and paths. */
export function withLabels(potentials: Required<ChainPotentials>, labels: tf.Tensor2D): Tensors<PathPart> {
  return { ...potentials, mask: asMask(potentials.mask), labels: tf.cast(labels, 'int32') };
}

function composed(potentials: ChainPotentials, labels: tf.Tensor2D): tf.Tensor1D {
  const chain = finiteChain(potentials);
  const path = realLabels(labels, chain.mask);
  checkIndices('LinearChain.score', 'label', path, chain.initial.size);
  const at = oneHot(path, chain.mask, chain.initial.size); // [B,T,K]
  const first = tf.logicalAnd<tf.Tensor2D>(chain.mask, tf.logicalNot(before(chain.mask)));
  const last = tf.logicalAnd<tf.Tensor2D>(chain.mask, tf.logicalNot(before(chain.mask, true)));
  const terms = [
    tf.mul(at, chain.emission),
    tf.mul(tf.mul(at, column(first)), chain.initial),
    tf.mul(tf.mul(at, column(last)), chain.final),
    transitionScores(chain, path, at),
  ];
  const score = withInfinity(tf.sum(tf.addN(terms), [1, 2]));
  return tf.where(outOfRange(path, chain.initial.size), tf.fill([path.shape[0]], Number.NaN), score) as tf.Tensor1D;
}

/** The labels, and 0 at masked steps. */
function realLabels(labels: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.where(mask, labels, tf.zerosLike(labels)) as tf.Tensor2D;
}

/** The transition into each step's label from the label of the real step before it, at the label's place: [B,T,K]. */
function transitionScores({ mask, moves, transition }: FiniteChain, path: tf.Tensor2D, at: tf.Tensor): tf.Tensor {
  const [B, T, K] = at.shape as [number, number, number];
  if (T === 1) return tf.zerosLike(at);
  const from = oneHot(knownBefore(path, mask), moves, K);
  if (transition.rank === 2) {
    const scores = tf.matMul(tf.reshape(from, [B * T, K]), transition);
    return tf.mul(tf.reshape(scores, [B, T, K]), at);
  }
  const pairs = tf.mul(transition, tf.expandDims(tf.slice(from, [0, 1, 0]), 3)); // [B,T-1,K,K]
  return tf.mul(
    tf.pad(tf.sum(pairs, 2), [
      [0, 0],
      [1, 0],
      [0, 0],
    ]),
    at,
  );
}

/** 1 at the label of each step in the mask, 0 elsewhere: [B,T,K]. */
function oneHot(labels: tf.Tensor2D, mask: tf.Tensor2D, size: number): tf.Tensor {
  const hot = tf.cast(tf.oneHot(labels, Math.max(2, size)), 'float32'); // tfjs wants two classes at least
  return tf.mul(size === 1 ? tf.slice(hot, [0, 0, 0], [-1, -1, 1]) : hot, column(mask));
}

function column(mask: tf.Tensor2D): tf.Tensor {
  return tf.expandDims(tf.cast(mask, 'float32'), 2);
}

/** Which rows have a label that is no state: [B]. */
function outOfRange(path: tf.Tensor2D, size: number): tf.Tensor {
  return tf.any(tf.logicalOr(tf.less(path, 0), tf.greaterEqual(path, size)), 1);
}
