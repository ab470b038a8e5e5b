/** A loss of the last state alone, whose gradient fades into subnormal numbers on its way back, beside one of all outputs. */
import { Rng, sequence, useBackend } from '@seqloom/core';
import { lstm } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';

const [batch, time, inputSize, hiddenSize] = [16, 1024, 32, 128];

export const cases: BenchCase[] = [
  {
    name: 'LSTM training, loss of the last state',
    size: `${batch}×${time}, ${inputSize} → ${hiddenSize}`,
    backend: 'wasm',
    peer: 'ours, loss of all outputs',
    async prepare() {
      await useBackend('wasm');
      const layer = lstm({ inputSize, hiddenSize, rng: new Rng(1) });
      const input = sequence(tf.randomNormal<tf.Rank.R3>([batch, time, inputSize], 0, 1, 'float32', 1));
      const variables = [...layer.namedVariables()].map(([, variable]) => variable);
      const outputs = () => layer.forward(input).output.values;
      const last = () => tf.slice(outputs(), [0, time - 1, 0], [batch, 1, hiddenSize]);
      const gradients = (read: () => tf.Tensor) => () =>
        tf.tidy(() => void tf.variableGrads(() => tf.mean(tf.square(read())) as tf.Scalar, variables));
      const dispose = () => {
        layer.dispose();
        tf.dispose([input.values, input.mask]);
      };
      return { ours: gradients(last), theirs: gradients(outputs), dispose };
    },
  },
];
