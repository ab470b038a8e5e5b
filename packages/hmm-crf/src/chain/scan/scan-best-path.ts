/** The best path by a parallel scan: best scores up the tree, best states in the middle of each move down again. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain-potentials.js';
import { finiteChain } from '../finite-chain.js';
import { rowsOf } from '../rows-of.js';
import { maxProduct } from './matrix-product.js';
import { concatenated, pairsOf, reduceMoves } from './reduce-moves.js';
import { defaultBlockSize, firstMessage } from './scan-log-partition.js';
import { blocksOf, type Moves, type Steps, stepMatrices } from './step-matrices.js';

/**
 * A best path [B,T] int32, −1 at masked steps; some path where none is possible. Of equally good paths it may be another one than steps one by one find.
 * Blocks as in `scanLogPartition`.
 */
export function scanBestPath(potentials: Required<ChainPotentials>, blockSize: number = defaultBlockSize): tf.Tensor2D {
  return detach<tf.Tensor, tf.Tensor>(potentials.emission, (emission) => {
    const chain = finiteChain({ ...potentials, emission: emission as tf.Tensor3D });
    const [B, T, K] = chain.emission.shape;
    const begin = firstMessage(chain);
    const none = tf.fill([B, T], -1, 'int32');
    if (T === 1) return tf.where(chain.mask, tf.expandDims(tf.argMax(tf.add(begin, chain.final), 1), 1), none);
    const blocks = blocksOf(chain, blockSize);
    const wholes = blocks.map((block) => tf.tidy(() => ({ ...levelsOf(block).at(-1)! })));
    const levels = reduceMoves(maxProduct, concatenated(wholes));
    const ends = tf.add(tf.expandDims(begin, 2), tf.expandDims(chain.final, 0)); // [B,K,K]
    const best = tf.argMax(tf.reshape(tf.add(ends, tf.reshape(levels.at(-1)!.matrices, [B, K, K])), [B, K * K]), 1);
    const first = tf.expandDims(tf.floorDiv(best, tf.scalar(K, 'int32')), 1);
    const last = tf.sub(tf.expandDims(best, 1), tf.mul(first, tf.scalar(K, 'int32')));
    const { from, to } = descended(levels, { from: first, to: last });
    const column = (x: tf.Tensor, block: number) => tf.slice(x, [0, block], [B, 1]);
    const states = blocks.map((block, i) =>
      tf.tidy(() => descended(levelsOf(block), { from: column(from, i), to: column(to, i) }).to),
    );
    return tf.where(chain.mask, tf.concat([first, ...states], 1), none);
  }) as tf.Tensor2D;
}

/** The states before and after each move of a level: [B,n] each. */
interface Between {
  readonly from: tf.Tensor;
  readonly to: tf.Tensor;
}

function levelsOf(steps: Steps): Moves[] {
  return reduceMoves(maxProduct, stepMatrices(steps));
}

/** From the ends of the whole to those of the moves on the first level. */
function descended(levels: readonly Moves[], ends: Between): Between {
  return levels.slice(0, -1).reduceRight((between, level) => halved(level, between), ends);
}

/** From the ends of joined moves to those of the moves they are made of. */
function halved(level: Moves, { from, to }: Between): Between {
  const [B, n, size] = level.matrices.shape;
  const K = Math.sqrt(size);
  const { left, right } = pairsOf(level);
  const pairs = from.size / B;
  const into = rowsOf(tf.reshape(left, [B * pairs, K, K]), tf.reshape(from, [-1]));
  const outOf = rowsOf(tf.transpose(tf.reshape(right, [B * pairs, K, K]), [0, 2, 1]), tf.reshape(to, [-1]));
  const middle = tf.reshape(tf.argMax(tf.add(into, outOf), 1), [B, pairs]);
  const interleaved = (a: tf.Tensor, b: tf.Tensor) =>
    tf.slice(tf.reshape(tf.stack([a, b], 2), [B, 2 * pairs]), [0, 0], [B, n]);
  return { from: interleaved(from, middle), to: interleaved(middle, to) };
}
