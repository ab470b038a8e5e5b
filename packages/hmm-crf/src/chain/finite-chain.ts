/** A chain made ready for computing: finite numbers everywhere, and for each step whether and from where the chain moves into it. */

import { asMask } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from './chain-potentials.js';
import { withoutInfinity } from './impossible.js';

export interface FiniteChain {
  readonly initial: tf.Tensor1D;
  readonly transition: tf.Tensor2D | tf.Tensor4D;
  /** [B,T,K], 0 (that is: one) at masked steps. */
  readonly emission: tf.Tensor3D;
  readonly final: tf.Tensor1D;
  readonly mask: tf.Tensor2D;
  /** [B,T]: real steps with a real step before them. */
  readonly moves: tf.Tensor2D;
}

/** `impossible` for −∞, and 0 for whatever stands at masked steps. */
export function finiteChain({ initial, transition, emission, mask, final }: ChainPotentials): FiniteChain {
  const real = asMask(mask);
  const moves = tf.logicalAnd<tf.Tensor2D>(real, before(real));
  const [B, T] = real.shape;
  return {
    initial: withoutInfinity(initial),
    transition:
      transition.rank === 2
        ? withoutInfinity(transition)
        : zeroWhereNot(tf.slice(moves, [0, 1], [B, T - 1]), withoutInfinity(transition)),
    emission: zeroWhereNot(real, withoutInfinity(emission)),
    final: withoutInfinity(final ?? tf.zerosLike(initial)),
    mask: real,
    moves,
  };
}

/** Whether a real step stands before (or, reversed, after) each step: [B,T] → [B,T]. */
export function before(mask: tf.Tensor2D, reverse = false): tf.Tensor2D {
  const count = tf.cast<tf.Tensor2D>(mask, 'int32');
  // Turned by hand: tfjs' webgpu program of a reversed cumsum remembers the length that it was first compiled for.
  const past = reverse ? tf.reverse(tf.cumsum(tf.reverse(count, 1), 1, true), 1) : tf.cumsum(count, 1, true);
  return tf.greater(past, 0);
}

/** A mask [B,T] repeated to `shape` [B,T,…]; a sum because tfjs' wasm kernel of `tile` takes four times as long. */
export function widen(mask: tf.Tensor2D, shape: number[]): tf.Tensor {
  const column = tf.reshape(mask, [...mask.shape, ...new Array<number>(shape.length - 2).fill(1)]);
  return tf.cast(tf.add(tf.cast(column, 'float32'), tf.zeros(shape)), 'bool');
}

function zeroWhereNot<T extends tf.Tensor>(mask: tf.Tensor2D, x: T): T {
  return tf.where(widen(mask, x.shape), x, tf.zerosLike(x)) as T;
}
