/** Decoding for a given loss: not the most probable path, but the one that costs least on average. */
import { dims, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials, ChainSizes } from './chain-potentials.js';
import { impossible } from './impossible.js';

/** What it costs to answer the first state where the second is right: [K answered][K right]; or [B,T,K,K], of each step, masked ones not being read. */
export type StepLoss = tf.Tensor2D | tf.Tensor4D | readonly (readonly number[])[];

/** A chain whose best path costs least, its score being −the expected loss: the same paths are possible. Throws a ShapeError where the loss does not fit. */
export function riskChain(
  potentials: Required<ChainPotentials>,
  marginals: tf.Tensor3D,
  loss: StepLoss | undefined,
  sizes: ChainSizes,
): Required<ChainPotentials> {
  const risk = tf.sum(tf.mul(lossTensor(loss, sizes), tf.expandDims(marginals, 2)), 3); // [B,T,K]
  const free = <X extends tf.Tensor>(x: X, value: tf.Tensor): X => {
    const possible = tf.greater(x as tf.Tensor, impossible);
    return tf.where(possible, value, tf.fill(x.shape, -Infinity)) as X;
  };
  const { initial, transition, emission, final, mask } = potentials;
  return {
    initial: free(initial, tf.zerosLike(initial)),
    transition: free<tf.Tensor>(transition, tf.zerosLike(transition)) as typeof transition,
    emission: free(emission, tf.neg(risk)),
    final: free(final, tf.zerosLike(final)),
    mask,
  };
}

/** [K,K] or [B,T,K,K]. */
function lossTensor(loss: StepLoss | undefined, { B, T, K }: ChainSizes): tf.Tensor {
  const where = 'LinearChain.minimumRisk';
  if (loss === undefined) return tf.sub(1, tf.eye(K));
  if (loss instanceof tf.Tensor) {
    dims(where, { loss: [loss, loss.rank === 4 ? `${B} ${T} ${K} ${K}` : `${K} ${K}`] });
    return loss;
  }
  if (loss.length === K && loss.every((row) => row.length === K)) return tf.tensor2d(loss.flat(), [K, K]);
  throw new ShapeError(where, `\`loss\` must have shape [${K}][${K}], got [${loss.length}][${loss[0]?.length ?? 0}]`);
}
