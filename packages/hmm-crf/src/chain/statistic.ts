/** Additive statistics of paths: what is counted along one, part by part, as its score is. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type ChainPotentials, chainSizes } from './chain-potentials.js';
import { type FiniteChain, finiteChain } from './finite-chain.js';
import { impossible } from './impossible.js';

/**
 * What a path counts: initial[y₁] + Σ emission[t, yₜ] + Σ transition[yₛ, yₜ] + final[y_last], of the shapes that ChainPotentials has; what is left out
 * counts 0. What stands at masked places, or where the potential is −∞, is never read.
 */
export type Statistic = Partial<Omit<ChainPotentials, 'mask'>>;

/** The statistic with 0 for what is left out, masked or impossible. Throws a ShapeError where it does not fit the chain. */
export function finiteStatistic(where: string, statistic: Statistic, chain: FiniteChain): FiniteChain {
  const nothing = {
    initial: tf.zerosLike(chain.initial),
    transition: tf.zeros<tf.Rank.R2>([chain.initial.size, chain.initial.size]),
    emission: tf.zerosLike(chain.emission),
    final: tf.zerosLike(chain.final),
    mask: chain.mask,
  };
  const whole = { ...nothing, ...statistic };
  chainSizes(where, whole);
  const { initial, transition, emission, final } = finiteChain(whole);
  return {
    ...chain,
    initial: wherePossible(chain.initial, initial),
    transition: wherePossible(chain.transition, transition),
    emission: wherePossible(chain.emission, emission),
    final: wherePossible(chain.final, final),
  };
}

function wherePossible<T extends tf.Tensor>(potential: tf.Tensor, values: T): T {
  const possible = detach<tf.Tensor, tf.Tensor>(potential, (x) => tf.greater(x, impossible / 2));
  return tf.where(possible, values as tf.Tensor, tf.zerosLike(possible.rank > values.rank ? potential : values)) as T;
}
