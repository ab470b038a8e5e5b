/** Attention that goes forward, a key at most at each step. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { count, detach, glorotUniform, knownOptions, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { weightsBefore } from '../first-key.js';
import { lowest } from '../normalizers/allowed.js';
import { project } from '../project.js';
import { firstReal, oneFurther, realBefore } from '../real-keys.js';
import { scorerOf } from '../scorer-of.js';
import { apart, together } from '../side-by-side.js';

export interface ForwardScoreOptions<Keys> {
  /** What compares queries with keys; it may itself read the step before, as location-sensitive attention does in the paper. */
  inner: Scorer<Keys>;
  /** D: with it, a transition agent learns from the query whether to move on or to stay; without, both are as likely. */
  agentSize?: number;
  rng?: Rng;
}

/** Prepared keys, which of the real ones is the first, and which comes before each: [B,1,K]. */
export interface SuccessiveKeys<Keys> {
  readonly keys: Keys;
  readonly first: tf.Tensor3D;
  readonly before: tf.Tensor3D;
}

/**
 * Forward attention: energy = inner energy + log prior, so that after softmax weights ∝ prior · exp(inner energy). The prior of key k is (1 − u)·w(k) + u·w(k−1)
 * with the weights w of the step before, at first all on the first of the real keys, along which k counts; u is ½, or σ(v·query + b) of the step before with a transition agent (½ at
 * first). query [B,Q,D], keys [B,K,E] → [B,Q,K]. Normalise it by softmax. arXiv:1807.06736
 */
export class ForwardScore<Keys = tf.Tensor3D> extends Module implements Scorer<SuccessiveKeys<Keys>> {
  readonly inner: Scorer<Keys>;
  readonly agent: { weight: tf.Variable<tf.Rank.R2>; bias: tf.Variable<tf.Rank.R1> } | undefined; // v [D,1], b [1]

  constructor(options: ForwardScoreOptions<Keys>) {
    super();
    knownOptions('ForwardScore', options, ['inner', 'agentSize', 'rng']);
    const { inner, agentSize, rng } = options;
    this.inner = scorerOf('ForwardScore', inner);
    this.agent =
      agentSize === undefined
        ? undefined
        : {
            weight: parameter([count('ForwardScore', 'agentSize', agentSize), 1], glorotUniform, rng),
            bias: parameter([1], zeros, rng),
          };
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): SuccessiveKeys<Keys> {
    return { keys: this.inner.prepare(keys, mask), first: firstReal(keys, mask), before: realBefore(keys, mask) };
  }

  score(query: tf.Tensor3D, { keys, first, before }: SuccessiveKeys<Keys>, previous?: Alignment): tf.Tensor3D {
    const [own, inner] = apart(previous, 1);
    const energies = this.inner.score(query, keys, inner);
    const weights = weightsBefore(previous, energies.shape, first);
    const moves = (this.agent && own?.state) ?? tf.scalar(0.5);
    const prior = tf.add(tf.mul(weights, tf.sub(1, moves)), tf.mul(oneFurther(weights, before), moves));
    const possible = detach(prior, (p) => tf.greater(p, smallest));
    return tf.where(possible, tf.add(energies, tf.log(tf.where(possible, prior, 1))), lowest) as tf.Tensor3D;
  }

  /** How likely the next step moves on, u [B,Q,1] (½ without an agent), and behind it what the inner scorer remembers. */
  remember(
    weights: tf.Tensor3D,
    query: tf.Tensor3D,
    { keys }: SuccessiveKeys<Keys>,
    previous?: Alignment,
  ): tf.Tensor3D {
    const [, inner] = apart(previous, 1);
    return together(this.#moves(query), this.inner.remember?.(weights, query, keys, inner));
  }

  #moves(query: tf.Tensor3D): tf.Tensor3D {
    if (!this.agent) return tf.fill([query.shape[0], query.shape[1], 1], 0.5);
    return tf.sigmoid(project(query, this.agent.weight as tf.Tensor2D, this.agent.bias as tf.Tensor1D));
  }
}

/** A prior below it counts as 0: its logarithm and gradient would leave float32. */
const smallest = 1e-30;
