/** What masks allow and decay leaves, at eight places: pictures that need no training. */
import { blockMask, causalMask, keyMask, prefixMask, Retention, segmentMask, windowMask } from '@seqloom/attention';
import { lengthMask, sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { HeatMap } from './heat-map.js';

const places = 8;
const symbols = Array.from({ length: places }, (_, i) => String(i));
const segments = () => tf.tensor2d([[1, 1, 1, 2, 2, 3, 3, 3]], undefined, 'int32');
const alike = () => tf.ones<tf.Rank.R3>([1, places, 1]);

/** Each spreads to [8,8]. */
const patterns: Record<string, () => tf.Tensor> = {
  'key mask': () => keyMask(lengthMask([5], places)),
  'causal mask': () => causalMask(places),
  'window mask': () => windowMask(places, places, 3, 1),
  'block mask': () => blockMask(places, places, 3),
  'prefix mask': () => prefixMask(places, places, 3),
  'segment mask': () => segmentMask(segments()),
  retention: () => new Retention({ decay: 0.7 }).forward(alike(), sequence(alike()), alike()).weights,
};

export const patternNames: readonly string[] = Object.keys(patterns);

/** The pattern as it would weigh keys that are all alike. */
export function pattern(name: string): HeatMap {
  const weights = tf.tidy(() => {
    const square = tf.reshape(tf.cast(patterns[name]!(), 'float32'), [-1, places]);
    return tf.broadcastTo(square as tf.Tensor2D, [places, places]).arraySync() as number[][];
  });
  return { read: symbols, written: symbols, weights, known: [] };
}
