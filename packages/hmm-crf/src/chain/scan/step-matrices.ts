/** A chain as a product of matrices, one per move. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type FiniteChain, widen } from '../finite-chain.js';
import { impossible } from '../impossible.js';

/** Log potentials [B,n,K·K] of going from each state before to each state after n moves' ends, less `offset` [B,n], so that the largest is about 0. */
export interface Moves {
  readonly matrices: tf.Tensor3D;
  readonly offset: tf.Tensor2D;
}

/** The moves into steps 1 … T−1, each with the emission it comes to; where there is none, the state stays as it is. Needs T > 1. */
export function stepMatrices({ emission, transition, moves }: FiniteChain): Moves {
  const [B, T, K] = emission.shape;
  const shape = [B, T - 1, K, K];
  const after = <X extends tf.Tensor>(x: X) => tf.slice(x, [0, 1], [B, T - 1]) as tf.Tensor;
  const moving = widen(after(moves) as tf.Tensor2D, shape);
  const move = tf.where(moving, tf.add(transition, tf.zeros(shape)), identity(K));
  const matrices = tf.add(move, tf.expandDims(after(emission), 2));
  return normalized(tf.reshape(matrices, [B, T - 1, K * K]), tf.zeros([B, T - 1]));
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
