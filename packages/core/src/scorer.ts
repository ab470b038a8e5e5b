/** Attention, by contract: scorer × mask × normaliser. A scorer's author never meets heads, masks or decoders. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Sequence } from './sequence.js';

/** Compares queries with keys. `Keys` is what `prepare` makes of a memory once (projections, norms…). */
export interface Scorer<Keys = tf.Tensor3D> {
  /** keys [B,K,D], 0 where the mask [B,K] is 0 → whatever `score` needs of them. */
  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): Keys;
  /** query [B,Q,D] × prepared keys (and the alignment of the step before, where the scorer reads it) → energies [B,Q,K]. */
  score(query: tf.Tensor3D, keys: Keys, previous?: Alignment): tf.Tensor3D;
  /**
   * What the scorer wants to know at the next step beyond the weights, [B,Q,N] of any N: sums of weights, positions. Its `previous.state` then.
   * Only for scorers that look back.
   */
  remember?(weights: tf.Tensor3D, query: tf.Tensor3D, keys: Keys, previous?: Alignment): tf.Tensor3D;
}

/** Where a step looked. None before the first step. */
export interface Alignment {
  /** [B,Q,K] */
  readonly weights: tf.Tensor3D;
  /** What the scorer made of it by `remember`, and behind it what a normaliser that goes on from something else than weights wants to know. */
  readonly state?: tf.Tensor3D;
}

/**
 * Energies [B,Q,K] and mask (bool, 1 = allowed) → weights [B,Q,K]; 0 where masked, all 0 for a row without an allowed key. The mask has the shape of
 * the energies, or 1 in place of B or Q where all rows share it: it spreads as tensors do (`tf.where(mask, energies, …)`).
 */
export type Normalizer = (energies: tf.Tensor3D, mask: tf.Tensor3D, previous?: Alignment) => tf.Tensor3D;

/** What attention reads: prepared keys, values [B,K,V] (0 at padding) and the key mask [B,K]. */
export interface Memory<Keys> {
  readonly keys: Keys;
  readonly values: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
}

export interface AttendOptions {
  /** The step before: what this same object returned then. */
  previous?: Alignment;
  /** What each query may see beyond the key mask, 1 = allowed: [Q,K] or [B,Q,K]. */
  mask?: tf.Tensor;
}

/** What attention gives: the weighted sum of values [B,Q,V] and the weights [B,Q,K] (with H heads [B·H,Q,K]), and with them what the next step wants to know. */
export interface Attended extends Alignment {
  readonly context: tf.Tensor3D;
}

/** Anything that can be attended to: remember a memory once, attend to it at every step. */
export interface Attends<Keys = unknown> {
  /** Prepares keys [B,K,D] and values [B,K,V] (the keys themselves unless given; they share the keys' mask). */
  remember(keys: Sequence, values?: Sequence): Memory<Keys>;
  /** query [B,Q,D] → context [B,Q,V] and weights: [B,Q,K], or [B·H,Q,K] with H heads. A query without an allowed key gets zeros and zero gradients. */
  attend(query: tf.Tensor3D, memory: Memory<Keys>, options?: AttendOptions): Attended;
}
