/** The associative reduction: neighbouring moves are joined, all pairs at once, until one is left. */
import * as tf from '@tensorflow/tfjs-core';
import type { MatrixProduct } from './matrix-product.js';
import { identity, type Moves, normalized } from './step-matrices.js';

/** The levels of the tree, from the moves of single steps to the one from the first step to the last, in log₂ T rounds. An odd move is joined with one that does nothing. */
export function reduceMoves(product: MatrixProduct, steps: Moves): Moves[] {
  const levels = [steps];
  while (levels.at(-1)!.matrices.shape[1] > 1) levels.push(tf.tidy(() => ({ ...joined(product, levels.at(-1)!) })));
  return levels;
}

/** The moves of several blocks as those of one. */
export function concatenated(blocks: readonly Moves[]): Moves {
  if (blocks.length === 1) return blocks[0]!;
  return {
    matrices: tf.concat(
      blocks.map(({ matrices }) => matrices),
      1,
    ),
    offset: tf.concat(
      blocks.map(({ offset }) => offset),
      1,
    ),
  };
}

function joined(product: MatrixProduct, moves: Moves): Moves {
  const [B, , size] = moves.matrices.shape;
  const K = Math.sqrt(size);
  const { left, right, offset } = pairsOf(moves);
  const pairs = offset.shape[1] as number;
  const product3 = product(tf.reshape(left, [B * pairs, K, K]), tf.reshape(right, [B * pairs, K, K]));
  return normalized(tf.reshape(product3, [B, pairs, size]), offset);
}

/** Left and right factors, each [B·pairs,K·K], and what their offsets add up to [B,pairs]. */
export function pairsOf({ matrices, offset }: Moves): { left: tf.Tensor2D; right: tf.Tensor2D; offset: tf.Tensor2D } {
  const [B, n, size] = matrices.shape;
  const pairs = Math.ceil(n / 2);
  const nothing = tf.add(tf.reshape(identity(Math.sqrt(size)), [1, 1, size]), tf.zeros([B, 1, size]));
  const even = n % 2 === 0 ? matrices : tf.concat([matrices, nothing], 1);
  const evenOffset = n % 2 === 0 ? offset : tf.concat([offset, tf.zeros([B, 1])], 1);
  const both = tf.reshape<tf.Rank.R2>(even, [B * pairs, 2 * size]);
  return {
    left: tf.slice<tf.Rank.R2, tf.Tensor2D>(both, [0, 0], [-1, size]),
    right: tf.slice<tf.Rank.R2, tf.Tensor2D>(both, [0, size], [-1, size]),
    offset: tf.sum(tf.reshape(evenOffset, [B, pairs, 2]), 2),
  };
}
