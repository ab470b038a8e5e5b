/** The further, the less. */
import type { Alignment, Scorer } from '@seqloom/core';
import { count, knownOptions, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { scorerOf } from '../scorer-of.js';
import { addPerHead, distances } from './distances.js';

export interface AlibiScoreOptions<Keys> {
  inner: Scorer<Keys>;
  /** H, of the MultiHead around it: row b·H + h of a batch is head h. 1 unless told. */
  heads?: number;
}

/**
 * ALiBi: energy + slope_h·(k − q), so that distant keys before the query lose; slope_h = 2^(−8h/H) for h = 1 … H (between them for H that is no power of 2, as in
 * the paper's code), but 1/16 for a single head, where the formula's 1/256 would hardly tell keys apart. Queries are the last Q positions. query [B,Q,D], keys [B,K,E] → [B,Q,K]. Meant for causal masks. Throws OptionError. arXiv:2108.12409
 */
export class AlibiScore<Keys = tf.Tensor3D> extends Module implements Scorer<Keys> {
  readonly inner: Scorer<Keys>;
  readonly slopes: readonly number[];
  readonly remember: Scorer<Keys>['remember'];

  constructor(options: AlibiScoreOptions<Keys>) {
    super();
    knownOptions('AlibiScore', options, ['inner', 'heads']);
    this.inner = scorerOf('AlibiScore', options.inner);
    this.remember = options.inner.remember?.bind(options.inner);
    this.slopes = alibiSlopes(count('AlibiScore', 'heads', options.heads ?? 1));
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): Keys {
    return this.inner.prepare(keys, mask);
  }

  score(query: tf.Tensor3D, keys: Keys, previous?: Alignment): tf.Tensor3D {
    const energies = this.inner.score(query, keys, previous);
    const slopes = tf.tensor3d([...this.slopes], [this.slopes.length, 1, 1]);
    const biases = tf.mul<tf.Tensor3D>(
      slopes,
      tf.tensor2d(distances(energies), [energies.shape[1], energies.shape[2]]),
    );
    return addPerHead(energies, biases);
  }
}

/** [H]: 2^(−8h/H), where H is no power of 2 filled up with every second slope of the next one; of one head the steeper of two. */
export function alibiSlopes(heads: number): number[] {
  if (heads === 1) return [2 ** -4];
  const power = 2 ** Math.floor(Math.log2(heads));
  const geometric = (n: number) => Array.from({ length: n }, (_, h) => 2 ** ((-8 * (h + 1)) / n));
  const more = geometric(2 * power).filter((_, h) => h % 2 === 0);
  return [...geometric(power), ...more.slice(0, heads - power)];
}
