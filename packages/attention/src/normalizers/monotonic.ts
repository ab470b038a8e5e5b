/** Attention that never goes back: at each key it stops or passes by, starting from where it was. */
import type { Attributes, Normalizer, Op } from '@seqloom/core';
import { count, defineOp, detach, knownOptions, logSumExp, oneOf } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { weightsBefore } from '../first-key.js';
import { checkedMask } from './allowed.js';
import { monotonicKernels } from './monotonic-kernels.js';
import type { StatefulNormalizer } from './stateful.js';

/** 'recursive': exact, key by key. 'parallel': by sums over all keys, inexact where attention surely stops. 'hard': stops at once where p ≥ ½, for inference. */
export type MonotonicForm = 'recursive' | 'parallel' | 'hard';

export interface MonotonicOptions {
  /** 'recursive' unless told. */
  form?: MonotonicForm;
}

/** stops p [B,Q,K] and weights before a [B,Q,K] → w = p ⊙ q with q_j = (1 − p_{j−1})·q_{j−1} + a_j. */
export const monotonicWeights: Op<'stops' | 'before', Attributes> = defineOp({
  name: 'MonotonicWeights',
  inputs: ['stops', 'before'],
  workspaces: 1,
  composed: ({ stops, before }) => [recursive(stops, before)],
  fused: monotonicKernels,
});

/**
 * Monotonic attention: p = σ(energy) is how likely attention stops at a key that it comes by; it starts where the step before stopped, at first at the
 * first key. energies [B,Q,K] → weights, which sum to less than 1 where attention may run past the end. Each query goes on from its own `previous`.
 * Throws OptionError. arXiv:1704.00784
 */
export function monotonic(options: MonotonicOptions = {}): Normalizer {
  knownOptions('monotonic', options, ['form']);
  const weigh = forms[oneOf('monotonic', 'form', options.form ?? 'recursive', formNames)];
  return (energies, mask, previous) => {
    const real = checkedMask('monotonic', energies, mask);
    const stops = tf.where(real, tf.sigmoid(tf.where(real, energies as tf.Tensor, 0)), 0) as tf.Tensor3D;
    return weigh(stops, weightsBefore(previous, energies.shape));
  };
}

export interface MochaOptions extends MonotonicOptions {
  /** w: how many keys, up to the one where attention stops, share its weight by softmax. */
  window: number;
}

/**
 * Monotonic chunkwise attention: where monotonic attention stops, softmax over the `window` keys that end there. The next step goes on from where it stopped, not from
 * what the chunk made of that. Both choices read the same energies (the paper's have scorers of their own). Throws OptionError. arXiv:1712.05382
 */
export function mocha(options: MochaOptions): StatefulNormalizer {
  knownOptions('mocha', options, ['form', 'window']);
  const { window, ...rest } = options;
  count('mocha', 'window', window, 1);
  const stop = monotonic(rest);
  const weigh: StatefulNormalizer['weigh'] = (energies, mask, previous) => {
    const real = checkedMask('mocha', energies, mask);
    const stops = stop(energies, mask, previous && { weights: previous.state ?? previous.weights });
    const counts = detach(energies, (e) => tf.logicalAnd(real, tf.greater(e, absent / 10)));
    const open = tf.where(counts, energies as tf.Tensor, absent);
    const chunks = tf.stack(shifts(open, window, -1, absent), -1); // [B,Q,K,window]: the keys before each, and itself
    const total = logSumExp(chunks, -1);
    const shares = tf.stack(shifts(stops, window, 1, 0), -1); // of the stops behind each key
    const totals = tf.stack(shifts(total, window, 1, -absent), -1);
    const within = tf.exp(tf.sub(tf.expandDims(open, -1), totals));
    const weights = tf.where(real, tf.sum(tf.mul(shares, within), -1), 0) as tf.Tensor3D;
    return { weights, state: stops };
  };
  return Object.assign((...given: Parameters<Normalizer>) => weigh(...given).weights, { weigh });
}

/** Stands for −∞ in a chunk: the largest of numbers below −1e20 is wrong on webgl. */
const absent = -1e18;

const formNames = ['recursive', 'parallel', 'hard'] as const;

const forms: Record<MonotonicForm, (stops: tf.Tensor3D, before: tf.Tensor3D) => tf.Tensor3D> = {
  recursive: (stops, before) => monotonicWeights({ stops, before }, {})[0] as tf.Tensor3D,
  parallel(stops, before) {
    const passed = tf.exp(tf.cumsum(tf.log(tf.maximum(tf.sub(1, stops), 1e-10)), 2, true)); // Π_{l<j} (1 − p_l)
    return tf.mul(tf.mul(stops, passed), tf.cumsum(tf.div(before, tf.maximum(passed, 1e-10)), 2));
  },
  hard: (stops, before) =>
    detach(stops, (p) => {
      const chosen = tf.cast(tf.logicalAnd(tf.greaterEqual(p, 0.5), tf.greater(tf.cumsum(before, 2), 0.5)), 'float32');
      const first = tf.equal(tf.cumsum(chosen, 2), 1);
      return tf.where(first, chosen, 0) as tf.Tensor3D;
    }),
};

function recursive(stops: tf.Tensor, before: tf.Tensor): tf.Tensor {
  const [B, Q, K] = stops.shape as [number, number, number];
  const at = (x: tf.Tensor, j: number) => tf.slice(x as tf.Tensor3D, [0, 0, j], [B, Q, 1]);
  let passed = tf.zeros([B, Q, 1]);
  const weights = Array.from({ length: K }, (_, j) => {
    const reached = tf.add(passed, at(before, j));
    passed = tf.mul(tf.sub(1, at(stops, j)), reached);
    return tf.mul(at(stops, j), reached) as tf.Tensor3D;
  });
  return tf.concat(weights, 2);
}

/** x [B,Q,K] shifted by 0 … count − 1 keys in one direction, `filler` coming in: shift n at key k shows key k + direction·n. */
function shifts(x: tf.Tensor, count: number, direction: 1 | -1, filler: number): tf.Tensor[] {
  const [B, Q, K] = x.shape as [number, number, number];
  const around: [number, number] = direction > 0 ? [0, count - 1] : [count - 1, 0];
  const wide = tf.pad(x, [[0, 0], [0, 0], around], filler);
  return Array.from({ length: count }, (_, n) =>
    tf.slice(wide as tf.Tensor3D, [0, 0, direction > 0 ? n : count - 1 - n], [B, Q, K]),
  );
}
