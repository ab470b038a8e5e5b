/** What the paths of a chain contain on average. */
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from './chain-potentials.js';
import { before, type FiniteChain, finiteChain } from './finite-chain.js';
import { finiteStatistic, type Statistic } from './statistic.js';

/** The probability of each state at each step [B,T,K], and, where they are wanted, of each pair at the move into step t [B,T-1,K,K]; 0 where there is none. */
export interface Marginals {
  readonly states: tf.Tensor3D;
  readonly pairs: tf.Tensor4D | undefined;
}

/** Σ probability · what is counted over all paths, per sequence [B]. Without pairs, transitions count nothing. */
export function expectedStatistic(
  where: string,
  potentials: ChainPotentials,
  { states, pairs }: Marginals,
  statistic: Statistic,
): tf.Tensor1D {
  const chain = finiteChain(potentials);
  const { initial, transition, emission, final } = finiteStatistic(where, statistic, chain);
  const [first, last] = [end(chain, false), end(chain, true)];
  const perStep = tf.addN([emission, tf.mul(first, initial), tf.mul(last, final)]);
  const emitted = tf.sum<tf.Tensor1D>(tf.mul(states, perStep), [1, 2]);
  return pairs ? tf.add(emitted, tf.sum(tf.mul(pairs, transition), [1, 2, 3])) : emitted;
}

/** 1 at the first real step of each sequence, or at the last: [B,T,1]. */
function end({ mask }: FiniteChain, last: boolean): tf.Tensor {
  const isEnd = tf.logicalAnd(mask, tf.logicalNot(before(mask, last)));
  return tf.expandDims(tf.cast(isEnd, 'float32'), 2);
}
