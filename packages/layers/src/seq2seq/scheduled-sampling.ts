/** Scheduled sampling: in training, the decoder reads more and more of what it would itself have written. */
import { defaultRng, detach, knownOptions, OptionError, Rng, type Schedule, show, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { bernoulli } from '../bernoulli.js';
import type { Writer } from '../search/writer.js';

export interface ScheduledSamplingOptions {
  /** The probability of reading the true symbol, for the number of updates made so far: from 1 down. */
  teacherForcing: Schedule;
  rng?: Rng;
}

/** What a decoder reads, in place of target [B,T] int32, at the update that follows `step` others → [B,T] int32. */
export type ScheduledReading = <S>(writer: Writer<S>, target: tf.Tensor2D, step: number) => tf.Tensor2D;

/**
 * Each symbol after the first is, with the scheduled probability, the true one, and else the writer's likeliest after all that it has read
 * before (arXiv:1506.03099). The choice has no gradient, and depends on seed and step alone, so that a resumed run goes on as it would have:
 * `loss = (batch) => model.loss({ ...batch, read: reading(model.writer(batch), batch.target, step++) })`.
 */
export function scheduledSampling(options: ScheduledSamplingOptions): ScheduledReading {
  const where = 'scheduledSampling';
  knownOptions(where, options, ['teacherForcing', 'rng']);
  const { teacherForcing, rng = defaultRng } = options;
  if (typeof teacherForcing !== 'function')
    throw new OptionError(where, `\`teacherForcing\` must be a function of the step, got ${show(teacherForcing)}`);
  const seed = rng.int32();
  return (writer, target, step) => {
    const probability = within(where, 'teacherForcing(step)', teacherForcing(step), 0, 1);
    if (probability === 1) return target;
    const coins = bernoulli(target.size, probability, 1, new Rng((seed + step) | 0));
    return detach(target, () => tf.tidy(() => mixed(writer, target, tf.tensor2d(coins, target.shape, 'bool'))));
  };
}

/** k/(k + exp(step/k)): close to 1 at first, ½ after k·ln k steps. */
export function inverseSigmoidDecay(k: number): Schedule {
  within('inverseSigmoidDecay', 'k', k, 1);
  return (step) => k / (k + Math.exp(step / k));
}

/** The true symbol where `truth` [B,T] is 1, and else the writer's own. */
function mixed<S>(writer: Writer<S>, target: tf.Tensor2D, truth: tf.Tensor2D): tf.Tensor2D {
  const T = target.shape[1];
  const column = (of: tf.Tensor2D, t: number) => tf.squeeze<tf.Tensor1D>(tf.slice(of, [0, t], [-1, 1]), [1]);
  const known = tf.cast(target, 'int32') as tf.Tensor2D;
  const read = [column(known, 0)];
  let state = writer.start(1);
  for (let t = 1; t < T; t++) {
    const next = writer.step(read[t - 1] as tf.Tensor1D, state);
    state = next.state;
    read.push(tf.where(column(truth, t), column(known, t), tf.argMax(next.logits, 1) as tf.Tensor1D));
  }
  return tf.stack(read, 1) as tf.Tensor2D;
}
