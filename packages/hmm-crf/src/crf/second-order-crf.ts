/** Second-order conditional random field: a label depends on the two before it. */
import { asMask, count, dims, knownOptions, parameter, type Rng, type Sequence, uniform, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import { checkIndices } from '../chain/check-indices.js';
import { before } from '../chain/finite-chain.js';
import { knownBefore } from '../chain/last-known.js';
import { restricted } from '../chain/restriction.js';
import { type Constraints, checkConstraints } from '../constraints/constraints.js';
import { ChainCRF } from './chain-crf.js';

export interface SecondOrderCRFOptions {
  /** K: how many labels there are. */
  labelCount: number;
  /** Which labels may begin, follow each other and end, in training and in decoding. */
  allowed?: Constraints;
  rng?: Rng;
}

/**
 * A CRF with potentials of three labels in a row besides those of two; with `second` at 0, where it starts, it is a `CRF`. Its chain is one of
 * first order over pairs (label before, label), K(K+1) of them, in which pairs that do not join are forbidden: made for some 20 labels.
 */
export class SecondOrderCRF extends ChainCRF {
  readonly labelCount: number;
  readonly initial: tf.Variable<tf.Rank.R1>; // [K]
  readonly transition: tf.Variable<tf.Rank.R2>; // [K from, K to]
  readonly second: tf.Variable<tf.Rank.R3>; // [K before, K from, K to]
  readonly final: tf.Variable<tf.Rank.R1>; // [K]
  readonly #allowed: Constraints;

  constructor(options: SecondOrderCRFOptions) {
    super();
    knownOptions('SecondOrderCRF', options, ['labelCount', 'allowed', 'rng']);
    const { allowed = {}, rng } = options;
    const K = count('SecondOrderCRF', 'labelCount', options.labelCount);
    knownOptions('SecondOrderCRF `allowed`', allowed, ['initial', 'transition', 'final']);
    checkConstraints('SecondOrderCRF', allowed, K);
    this.labelCount = K;
    this.#allowed = allowed;
    this.initial = parameter([K], uniform(0.1), rng);
    this.transition = parameter([K, K], uniform(0.1), rng);
    this.second = parameter([K, K, K], zeros, rng);
    this.final = parameter([K], uniform(0.1), rng);
  }

  /** Over the states before·K + label, where `before` is K at the first step. */
  potentials({ values, mask }: Sequence): ChainPotentials {
    const K = this.labelCount;
    const { B, T } = dims('SecondOrderCRF', { emissions: [values, `B T ${K}`], mask: [mask, 'B T'] });
    const { initial, transition, final } = this;
    const chain = { initial, transition, final, emission: values, mask } as Required<ChainPotentials>;
    const first = restricted(chain, this.#allowed) as Required<ChainPotentials>;
    const states = (K + 1) * K;
    const everyBefore = tf.zeros([K + 1, 1]);
    return {
      initial: tf.concat([tf.fill([K * K], -Infinity), first.initial]) as tf.Tensor1D,
      transition: this.#joins(first.transition as tf.Tensor2D),
      final: tf.reshape(tf.add(everyBefore, first.final), [states]),
      emission: tf.reshape(tf.add(everyBefore, tf.expandDims(values, 2)), [B, T, states]),
      mask,
    };
  }

  /** A label that is none has the state −1. Throws a DataError on it, on the backends that look. */
  states(labels: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
    dims('SecondOrderCRF', { mask: [mask, 'B T'], labels: [labels, 'B T'] });
    const K = this.labelCount;
    const real = asMask(mask);
    const whole = tf.cast<tf.Tensor2D>(labels, 'int32');
    const own = tf.where(real, whole, tf.zerosLike(whole)) as tf.Tensor2D;
    checkIndices('LinearChain.score', 'label', own, K);
    const none = (value: number) => tf.fill(own.shape, value, 'int32');
    const previous = tf.where(before(real), knownBefore(own, real), none(K));
    const wrong = tf.logicalOr(tf.less(own, 0), tf.greaterEqual(own, K));
    return tf.where(wrong, none(-1), tf.add(tf.mul(previous, none(K)), own)) as tf.Tensor2D;
  }

  /** The potentials of going from (i,j) to (j,k), −∞ where pairs do not join: transition [K,K] → [K(K+1), K(K+1)]. */
  #joins(transition: tf.Tensor2D): tf.Tensor2D {
    const K = this.labelCount;
    const first = tf.expandDims(transition, 0);
    const moves = tf.concat([tf.add(first, this.second), first], 0); // [K+1 before, K from, K to]
    const joined = tf.cast(tf.expandDims(tf.eye(K, K + 1), 2), 'bool'); // [K from, K+1 before, 1]
    const pairs = tf.where(joined, tf.expandDims(moves, 2), tf.scalar(-Infinity)); // [K+1, K, K+1, K]
    return tf.reshape(pairs, [(K + 1) * K, (K + 1) * K]);
  }
}
