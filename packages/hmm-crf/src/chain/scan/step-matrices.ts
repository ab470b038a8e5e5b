/** A chain as a product of matrices, one per move. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { FiniteChain } from '../finite-chain.js';
import { impossible } from '../impossible.js';

/** The moves into n steps that follow each other: the transitions, the emissions they come to, and 1 where there is a move at all. */
export interface Steps {
  readonly transition: tf.Tensor2D | tf.Tensor4D; // [K,K] or [B,n,K,K]
  readonly emission: tf.Tensor3D; // [B,n,K]
  readonly moves: tf.Tensor2D; // [B,n], float32
}

/** Log potentials [B,n,K·K] of each state after a move, given the one before, less `offset` [B,n], so that the largest is 0. */
export interface Moves {
  readonly matrices: tf.Tensor3D;
  readonly offset: tf.Tensor2D;
}

/** The moves into steps 1 … T−1, in blocks whose matrices have about `blockSize` numbers. */
export function blocksOf({ emission, transition, moves }: FiniteChain, blockSize: number): Steps[] {
  const [B, T, K] = emission.shape;
  const size = Math.max(1, Math.floor(blockSize / (B * K * K)));
  const real = tf.cast(moves, 'float32');
  return Array.from({ length: Math.ceil((T - 1) / size) }, (_, block) => {
    const start = block * size;
    const n = Math.min(size, T - 1 - start);
    return {
      transition: transition.rank === 2 ? transition : (tf.slice(transition, [0, start], [B, n]) as tf.Tensor4D),
      emission: tf.slice(emission, [0, start + 1], [B, n]) as tf.Tensor3D,
      moves: tf.slice(real, [0, start + 1], [B, n]),
    };
  });
}

/** One matrix per step; where there is no move the state stays as it is. */
export function stepMatrices({ emission, transition, moves }: Steps): Moves {
  const [B, n, K] = emission.shape;
  return tf.tidy(() => {
    const real = tf.reshape(moves, [B, n, 1, 1]);
    const move = tf.add(tf.mul(real, transition), tf.mul(tf.sub(1, real), identity(K)));
    const matrices = tf.reshape<tf.Rank.R3>(tf.add(move, tf.expandDims(emission, 2)), [B, n, K * K]);
    return { ...normalized(matrices, tf.zeros([B, n])) };
  });
}

/** 0 on the diagonal, impossible elsewhere: [K,K]. */
export function identity(K: number): tf.Tensor2D {
  return tf.mul(tf.sub(1, tf.eye(K)), impossible);
}

/** The same moves with the largest entry of each matrix taken into the offset: on long chains the entries would lose their digits. */
export function normalized(matrices: tf.Tensor3D, offset: tf.Tensor2D): Moves {
  const top = detach<tf.Tensor, tf.Tensor2D>(matrices, (x) => {
    const largest = tf.max(x, 2);
    return tf.where(tf.greater(largest, impossible / 2), largest, tf.zerosLike(largest)) as tf.Tensor2D;
  });
  return { matrices: tf.sub(matrices, tf.expandDims(top, 2)), offset: tf.add(offset, top) };
}
