/** The recursion over time, written once: the sum over all paths, whatever the semiring takes for a sum. */
import * as tf from '@tensorflow/tfjs-core';
import { type ChainPotentials, chainSizes } from './chain-potentials.js';
import { type FiniteChain, finiteChain, widen } from './finite-chain.js';
import type { Semiring } from './semiring.js';
import { finiteStatistic, type Statistic } from './statistic.js';
import { timeSteps } from './time-steps.js';

/**
 * ⊕ over all paths of the ⊗ of their potentials, per sequence: [B], or [B,…] where the semiring has axes of its own; a sequence without a real step
 * has one empty path, of score 0. Semirings that count something along the paths take the statistics. Throws a ShapeError where these do not fit.
 */
export function chainSum<E>(semiring: Semiring<E>, potentials: ChainPotentials, ...statistics: Statistic[]): tf.Tensor {
  chainSizes('chainSum', potentials);
  return tf.tidy(() => {
    const chain = finiteChain(potentials);
    const counted = statistics.map((statistic) => finiteStatistic('chainSum', statistic, chain));
    const last = messages(semiring, chain, counted).at(-1) as E;
    const ends = [chain, ...counted].map(({ final }) => tf.expandDims(final, 0));
    const total = semiring.sum(semiring.times(last, lifted(semiring, ends)));
    const [B] = chain.mask.shape;
    const one = lifted(
      semiring,
      ends.map(() => tf.zeros([B])),
    );
    return semiring.lower(semiring.where(tf.any(chain.mask, 1), total, one));
  });
}

/**
 * The forward messages, one per step, entries [B,K]: the sum over all paths through the real steps so far that end in each state.
 * A masked step repeats the message before it; before the first real step it is the initial potential.
 */
export function messages<E>(semiring: Semiring<E>, chain: FiniteChain, statistics: readonly FiniteChain[] = []): E[] {
  const { times, sum, expandDims, where } = semiring;
  const parts = [chain, ...statistics];
  const [B, T, K] = chain.emission.shape;
  const moves = timeSteps(widen(chain.moves, chain.emission.shape));
  const emissions = parts.map(({ emission }) => timeSteps(emission));
  const into = parts.map(transitionsInto);
  const out: E[] = [];
  let message = lifted(
    semiring,
    parts.map(({ initial }) => tf.add(initial, tf.zeros([B, K]))),
  );
  for (let t = 0; t < T; t++) {
    if (t > 0) {
      const move = lifted(
        semiring,
        into.map((step) => step(t)),
      );
      message = where(moves[t]!, sum(times(expandDims(message, 1), move)), message);
    }
    message = times(
      message,
      lifted(
        semiring,
        emissions.map((steps) => steps[t]!),
      ),
    );
    out.push(message);
  }
  return out;
}

function lifted<E>({ lift }: Semiring<E>, [logPotential, ...statistics]: tf.Tensor[]): E {
  return lift(logPotential!, ...statistics);
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
