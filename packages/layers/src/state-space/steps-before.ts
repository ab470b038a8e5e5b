/** The last real steps before each step, padding passed over: what a causal window sees. */
import * as tf from '@tensorflow/tfjs-core';
import { prefixScan } from './prefix-scan.js';

/**
 * x [B,T,D] (finite at padding), mask [B,T] and history [B,H,D], the real steps before the first, oldest first → `steps`, for each real step itself, the
 * real step before it, … H before it, and the history of what comes next. log₂ T rounds a step of history, on any backend.
 */
export function stepsBefore(
  x: tf.Tensor,
  mask: tf.Tensor,
  history: tf.Tensor,
): { steps: tf.Tensor[]; history: tf.Tensor } {
  const [B, H, D] = history.shape as [number, number, number];
  const real = tf.cast(tf.reshape(mask, [...mask.shape, 1]), 'float32');
  const steps = [x];
  const lasts: tf.Tensor[] = [];
  for (let back = 1; back <= H; back++) {
    const before = tf.slice(history, [0, H - back, 0], [B, 1, D]);
    const held = holdReal(steps[back - 1]!, real, before);
    steps.push(tf.slice(held, [0, 0, 0], x.shape as [number, number, number]));
    lasts.unshift(tf.slice(held, [0, x.shape[1]!, 0], [B, 1, D]));
  }
  return { steps, history: lasts.length === 1 ? lasts[0]! : tf.concat(lasts, 1) };
}

/** [B,T+1,D]: at t the last real value before t, `before` [B,1,D] where there is none; real [B,T,1] is 1 or 0. */
function holdReal(x: tf.Tensor, real: tf.Tensor, before: tf.Tensor): tf.Tensor {
  const values = tf.concat([before, tf.mul(x, real)], 1);
  const known = tf.concat([tf.ones([x.shape[0]!, 1, 1]), real], 1);
  const [held] = prefixScan(
    ([x0, k0], [x1, k1]) => {
      const unknown = tf.sub(1, k1!);
      return [tf.add(x1!, tf.mul(unknown, x0!)), tf.add(k1!, tf.mul(unknown, k0!))];
    },
    [values, known],
  );
  return held!;
}
