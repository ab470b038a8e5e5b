/** The log partition function by a parallel scan (Blelloch 1990; Särkkä & García-Fernández 2020): log₂ T rounds of batched ops in place of T steps. */
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain-potentials.js';
import { type FiniteChain, finiteChain } from '../finite-chain.js';
import { withInfinity } from '../impossible.js';
import { logSemiring } from '../semirings/log.js';
import { logProduct } from './matrix-product.js';
import { concatenated, reduceMoves } from './reduce-moves.js';
import { blocksOf } from './step-matrices.js';
import { wholeMove } from './whole-move.js';

/** How many numbers the matrices of a block of steps have: 16 MB. */
export const defaultBlockSize: number = 2 ** 22;

/**
 * log Z per sequence [B], as `linearChainLogPartition`, with work T·K³ where steps one by one have T·K². Steps are taken in blocks, which the gradient
 * computes once more rather than keep: beyond the chain itself, memory is that of a block.
 */
export function scanLogPartition(
  potentials: Required<ChainPotentials>,
  blockSize: number = defaultBlockSize,
): tf.Tensor1D {
  const chain = finiteChain(potentials);
  const [B, T, K] = chain.emission.shape;
  const begin = firstMessage(chain);
  if (T === 1) return total(chain, logSemiring.sum(tf.add(begin, chain.final)));
  const blocks = blocksOf(chain, blockSize).map(wholeMove);
  const { matrices, offset } = reduceMoves(logProduct, concatenated(blocks)).at(-1)!;
  const ends = tf.add(tf.expandDims(begin, 2), tf.expandDims(chain.final, 0)); // [B,K,K]
  const sum = logSemiring.sum(tf.reshape(tf.add(ends, tf.reshape(matrices, [B, K, K])), [B, K * K]));
  return total(chain, tf.add(sum, tf.squeeze(offset, [1])));
}

/** The potentials of beginning, and of the first step where it is real: [B,K]. */
export function firstMessage({ initial, emission }: FiniteChain): tf.Tensor2D {
  const [B, , K] = emission.shape;
  return tf.add(initial, tf.reshape(tf.slice(emission, [0, 0, 0], [B, 1, K]), [B, K]));
}

function total({ mask }: FiniteChain, sum: tf.Tensor): tf.Tensor1D {
  return tf.where(tf.any(mask, 1), withInfinity(sum), tf.zerosLike(sum)) as tf.Tensor1D;
}
