/** The recursion over time, written once: the sum over all paths, whatever the semiring takes for a sum. */
import * as tf from '@tensorflow/tfjs-core';
import { type ChainPotentials, chainSizes } from './chain-potentials.js';
import { type FiniteChain, finiteChain, widen } from './finite-chain.js';
import type { Semiring } from './semiring.js';
import { timeSteps } from './time-steps.js';

/** ⊕ over all paths of the ⊗ of their potentials, per sequence [B]; a sequence without a real step has one empty path, of score 0. */
export function chainSum<E>(semiring: Semiring<E>, potentials: ChainPotentials): tf.Tensor1D {
  chainSizes('chainSum', potentials);
  return tf.tidy(() => {
    const chain = finiteChain(potentials);
    const last = messages(semiring, chain).at(-1) as E;
    const total = semiring.lower(semiring.sum(semiring.times(last, semiring.lift(tf.expandDims(chain.final, 0)))));
    return tf.where(tf.any(chain.mask, 1), total, tf.zerosLike(total)) as tf.Tensor1D;
  });
}

/**
 * The forward messages, one per step, entries [B,K]: the sum over all paths through the real steps so far that end in each state.
 * A masked step repeats the message before it; before the first real step it is the initial potential.
 */
export function messages<E>(semiring: Semiring<E>, chain: FiniteChain): E[] {
  const { lift, times, sum, expandDims, where } = semiring;
  const [B, T, K] = chain.emission.shape;
  const moves = timeSteps(widen(chain.moves, chain.emission.shape));
  const emissions = timeSteps(chain.emission);
  const into = transitionsInto(chain);
  const out: E[] = [];
  let message = lift(tf.add(chain.initial, tf.zeros([B, K])));
  for (let t = 0; t < T; t++) {
    if (t > 0) message = where(moves[t]!, sum(times(expandDims(message, 1), lift(into(t)))), message);
    message = times(message, lift(emissions[t]!));
    out.push(message);
  }
  return out;
}

/** The transitions into step t > 0 with the state moved to first, so that alternatives lie along the last axis: [1 or B, to, from]. */
export function transitionsInto({ transition }: FiniteChain): (t: number) => tf.Tensor3D {
  if (transition.rank === 2) {
    const shared = tf.expandDims<tf.Tensor3D>(tf.transpose(transition), 0);
    return () => shared;
  }
  if (transition.shape[1] === 0) return () => tf.zeros([1, 0, 0]);
  const perStep = timeSteps(tf.transpose(transition, [0, 1, 3, 2])) as tf.Tensor3D[];
  return (t) => perStep[t - 1]!;
}
