/** Whether a state can be carried for ever. */
import type { RecurrentLayer, State } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

const steps = 65; // more than caches have room for at first

/** Whether what a layer carries from step to step is no more after many steps than before the first. */
export function keepsItsSize(layer: RecurrentLayer<unknown>, inputSize: number): boolean {
  return tf.tidy(() => {
    const values = tf.zeros<tf.Rank.R3>([1, steps, inputSize]);
    const { state } = layer.forward({ values, mask: tf.ones<tf.Rank.R2>([1, steps], 'bool') });
    return sizes(state) === sizes(layer.initialState(1));
  });
}

/** The shapes of a state's tensors, and its other values as they are. */
function sizes(state: unknown): string {
  return JSON.stringify(state, (_, value: State) => (value instanceof tf.Tensor ? value.shape : value));
}
