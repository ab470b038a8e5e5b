/** Two chains compared path by path. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from './chain-potentials.js';
import { impossible } from './impossible.js';
import type { Statistic } from './statistic.js';

type Parts = Omit<Required<ChainPotentials>, 'mask'>;

/** As statistics of paths: score under `p` − score under `q` where q allows them, and how often they do what q forbids. */
export function logRatio(p: Parts, q: Parts): { difference: Statistic; forbidden: Statistic } {
  const forbids = <T extends tf.Tensor>(x: T) =>
    detach<tf.Tensor, T>(x, (values) => tf.lessEqual(values, impossible) as T);
  const difference = <T extends tf.Tensor>(x: T, y: T) =>
    tf.where(forbids(y), tf.zerosLike(y), tf.sub(x, tf.where(forbids(y), tf.zerosLike(y), y as tf.Tensor))) as T;
  return {
    difference: {
      initial: difference(p.initial, q.initial),
      transition: difference<tf.Tensor>(p.transition, q.transition) as Parts['transition'],
      emission: difference(p.emission, q.emission),
      final: difference(p.final, q.final),
    },
    forbidden: {
      initial: tf.cast(forbids(q.initial), 'float32'),
      transition: tf.cast(forbids(q.transition as tf.Tensor), 'float32') as Parts['transition'],
      emission: tf.cast(forbids(q.emission), 'float32'),
      final: tf.cast(forbids(q.final), 'float32'),
    },
  };
}
