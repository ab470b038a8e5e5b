/** Emissions, by contract: how probable an observation is in each state. */
import type { Rng } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/** A padded batch of observed sequences: values [B,T] or [B,T,D] as the emission reads them, mask [B,T], 1 = real. A Sequence is one. */
export interface Observations<Values extends tf.Tensor = tf.Tensor3D> {
  readonly values: Values;
  readonly mask: tf.Tensor2D;
}

/** One family of distributions over observations, one member per state. Usually a Module, so that the NeuralHMM that holds it trains it too. */
export interface Emission<Values extends tf.Tensor = tf.Tensor3D> {
  /** K */
  readonly stateCount: number;
  /** log p(values | state), for every step and state: → [B,T,K]. Values at masked steps come as 0. */
  logProbability(values: Values): tf.Tensor3D;
  /** One observation for each of the given states [B,T] int32; left out where the family has no way to draw. */
  sample?(states: tf.Tensor2D, rng: Rng): Values;
}
