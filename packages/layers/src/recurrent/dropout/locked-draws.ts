/** Random draws that stay the same over time. */
import { defaultRng, Module, OptionError, Rng, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { bernoulli } from '../../bernoulli.js';

/**
 * Dropout masks that are the same at every step of a sequence and in all its pieces. A new sequence begins with `begin`, which whoever gives an
 * initial state calls; a state that is handed in goes on with the masks there are. The draws are streams of the model, so a checkpoint holds them.
 */
export class LockedDraws extends Module {
  readonly rng: Rng;
  /** From where each mask is drawn again and again. */
  readonly current: Rng;

  constructor(rng: Rng = defaultRng) {
    super();
    this.rng = rng.split();
    this.current = this.rng.split();
  }

  /** The next masks are new ones; in evaluation nothing is drawn. */
  begin(): void {
    if (this.training) this.current.state = this.rng.split().state;
  }

  /** The mask number `index` of this sequence: 0 with probability `rate`, else 1/(1 − rate); a row is the same whatever the number of rows. */
  mask<R extends tf.Rank>(shape: tf.ShapeMap[R], rate: number, index = 0): tf.Tensor<R> {
    const draws = new Rng(0);
    draws.state = this.current.state;
    for (let i = 0; i < index; i++) draws.int32();
    const keep = 1 - rate;
    return tf.tensor(bernoulli(tf.util.sizeFromShape(shape), keep, 1 / keep, draws), shape);
  }
}

/** A rate from 0 to below 1. Throws OptionError. */
export function dropoutRate(where: string, name: string, rate: number): number {
  if (within(where, name, rate, 0, 1) < 1) return rate;
  throw new OptionError(where, `\`${name}\` must be below 1: nothing would be left`);
}
