/** Training steps of layers whose recurrence is a scan, beside our fused GRU of the same size: forward and backward of the mean square of all outputs. */
import { type Module, type RecurrentLayer, Rng, useBackend } from '@seqloom/core';
import {
  gru,
  LRUCell,
  MambaCell,
  MinGRUCell,
  MinLSTMCell,
  QRNNCell,
  Recurrent,
  type RecurrentCell,
  S4DCell,
  SRUCell,
} from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase, Work } from '../compare.js';
import { meanSquare } from '../recurrent-layer.js';

const [batch, time, inputSize, hiddenSize] = [8, 1024, 128, 128];

const rng = () => new Rng(1);
const sizes = { inputSize, hiddenSize };

/** Each with its products of [rows,128] and [128,128], on both ways together: two for each of gates, three where the factor before is learnt too. LRU of 64 complex numbers has a state of the GRU's size. */
const cells: Record<string, [make: () => RecurrentCell<unknown>, products: number]> = {
  minGRU: [() => new MinGRUCell({ ...sizes, rng: rng() }), 2 * 2],
  minLSTM: [() => new MinLSTMCell({ ...sizes, rng: rng() }), 2 * 3],
  SRU: [() => new SRUCell({ ...sizes, rng: rng() }), 2 * 3],
  'QRNN, fo, window 2': [() => new QRNNCell({ ...sizes, rng: rng() }), 2 * 6],
  'LRU, 64 complex': [() => new LRUCell({ inputSize, hiddenSize: 64, rng: rng() }), 2 + 3],
  'LRU, 128 complex': [() => new LRUCell({ ...sizes, rng: rng() }), 2 * 2 + 3 * 2],
  'S4D, 16 modes': [() => new S4DCell({ inputSize, stateSize: 16, rng: rng() }), 0],
  'Mamba, E = 128, N = 16': [() => new MambaCell({ ...sizes, rng: rng() }), 2 * 2 + 3 * 1.4],
};

export const cases: BenchCase[] = Object.entries(cells).map(([name, [make, products]]) => ({
  name: `${name} training`,
  size: `${batch}×${time}, ${inputSize} → ${hiddenSize}`,
  backend: 'wasm',
  peer: 'our fused GRU',
  ...(products > 0 && { flops: 2 * batch * time * inputSize * hiddenSize * products }),
  async prepare() {
    await useBackend('wasm');
    const input = {
      values: tf.randomNormal<tf.Rank.R3>([batch, time, inputSize], 0, 1, 'float32', 1),
      mask: tf.ones<tf.Rank.R2>([batch, time], 'bool'),
    };
    const layers = [new Recurrent({ cell: make() }), gru({ ...sizes, rng: rng() })] as const;
    const step = (layer: Module & RecurrentLayer<unknown>): Work => {
      const parameters = Array.from(layer.namedVariables(), ([, variable]) => variable);
      const loss = () => meanSquare(layer.forward(input).output.values);
      return () => tf.tidy(() => void tf.variableGrads(loss, parameters));
    };
    const dispose = () => {
      for (const layer of layers) layer.dispose();
      tf.dispose([input.values, input.mask]);
    };
    return { ours: step(layers[0]), theirs: step(layers[1]), dispose };
  },
}));
