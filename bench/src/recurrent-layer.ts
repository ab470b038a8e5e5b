/** Our recurrent layers as both training and inference cases run them. */
import { gru, lstm } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Work } from './compare.js';
import type { RecurrentSizes } from './sizes.js';

export type Kind = 'LSTM' | 'GRU';

export const gateCounts: Readonly<Record<Kind, number>> = { LSTM: 4, GRU: 3 };

export interface OurLayer {
  /** Forward and backward of the mean square of all outputs, for all parameters; no optimiser. */
  training: Work;
  /** Forward, and the outputs as an array. */
  inference: Work;
  values: tf.Tensor3D;
  dispose(): void;
}

/** `reset` is the GRU's; tfjs-layers has only the one before the product. */
export function ourLayer(kind: Kind, sizes: RecurrentSizes, reset: 'before' | 'after' = 'after'): OurLayer {
  const { batch, time, inputSize, units: hiddenSize } = sizes;
  const layer = kind === 'LSTM' ? lstm({ inputSize, hiddenSize }) : gru({ inputSize, hiddenSize, reset });
  const parameters = Array.from(layer.namedVariables(), ([, variable]) => variable);
  const values = tf.randomNormal<tf.Rank.R3>([batch, time, inputSize], 0, 1, 'float32', 1);
  const mask = tf.ones<tf.Rank.R2>([batch, time], 'bool');
  const forward = () => layer.forward({ values, mask }).output.values;
  return {
    values,
    training: () => tf.tidy(() => void tf.variableGrads(() => meanSquare(forward()), parameters)),
    inference: () => tf.tidy(() => void forward().dataSync()),
    dispose() {
      layer.dispose();
      tf.dispose([values, mask]);
    },
  };
}

/** The loss of all training cases. */
export function meanSquare(output: tf.Tensor): tf.Scalar {
  return tf.mean(tf.square(output));
}
