/** The least that training needs, so that these laws depend on nothing but gradients. */
import * as tf from '@tensorflow/tfjs-core';

/** Adam steps on `loss`; the last loss. */
export async function train(
  loss: () => tf.Scalar,
  variables: tf.Variable[],
  steps: number,
  rate = 0.2,
): Promise<number> {
  const optimizer = tf.train.adam(rate);
  let last = Number.NaN;
  for (let step = 0; step < steps; step++) {
    const value = optimizer.minimize(loss, true, variables)!;
    if (step === steps - 1) [last] = (await value.data()) as unknown as [number];
    value.dispose();
  }
  optimizer.dispose();
  return last;
}

/** A mask of rows of 0 and 1. */
export function maskOf(rows: number[][]): tf.Tensor2D {
  return tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length], 'bool');
}
