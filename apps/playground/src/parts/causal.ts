/** What reads from left to right and can stream: recurrences, gated or not, and attention that looks back only. */
import { Module, type RecurrentLayer, type Rng, type Sequence } from '@seqloom/core';
import {
  CausalBlock,
  gru,
  LayerNorm,
  Linear,
  LRUBlock,
  lstm,
  MinGRUCell,
  Recurrent,
  simpleRNN,
  TransformerStack,
} from '@seqloom/layers';
import type * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';

interface CausalSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly rng: Rng;
}

export type CausalLayer = Module & RecurrentLayer<unknown>;

const layers = {
  lstm: (sizes) => lstm(sizes) as CausalLayer,
  gru: (sizes) => gru(sizes) as CausalLayer,
  simple: (sizes) => simpleRNN(sizes) as CausalLayer,
  minGRU: (sizes) => new Recurrent({ cell: new MinGRUCell(sizes) }) as CausalLayer,
  lru: (sizes) => {
    const { hiddenSize: size, rng } = sizes;
    return new Projected(new LRUBlock({ size, hiddenSize: size, rng }) as CausalLayer, sizes);
  },
  transformer: (sizes) => {
    const { hiddenSize: size, rng } = sizes;
    const block = () => new CausalBlock({ size, heads: 4, feedForward: { hiddenSize: 2 * size }, rng });
    const stack = new TransformerStack({
      blocks: [block(), block()],
      positions: 'sinusoidal',
      norm: new LayerNorm({ size }),
      rng,
    });
    return new Projected(stack as CausalLayer, sizes);
  },
} satisfies Record<string, (sizes: CausalSizes) => CausalLayer>;

export type CausalName = keyof typeof layers;

export const causalLabels: Readonly<Record<CausalName, string>> = {
  lstm: 'LSTM',
  gru: 'GRU',
  simple: 'Simple',
  minGRU: 'minGRU',
  lru: 'LRU',
  transformer: 'Transformer',
};

export const causalControl = choice({
  label: 'Cell',
  help: 'LSTM and GRU are gated; simple has no gates; minGRU and LRU are linear in their state, all steps at once; a Transformer looks back at everything.',
  affects: 'model',
  options: (Object.keys(causalLabels) as CausalName[]).map((value) => ({ value, label: causalLabels[value] })),
  initial: 'gru',
});

/** input [B,T,D] → [B,T,hiddenSize], each step from those before it. */
export function makeCausal(name: CausalName, sizes: CausalSizes): CausalLayer {
  return layers[name](sizes);
}

/** A layer behind a projection to the size that it reads. */
class Projected extends Module implements RecurrentLayer<unknown> {
  readonly projection: Linear;
  readonly layer: CausalLayer;
  readonly outputSize: number;

  constructor(layer: CausalLayer, { inputSize, hiddenSize, rng }: CausalSizes) {
    super();
    this.projection = new Linear({ inputSize, outputSize: hiddenSize, rng });
    this.layer = layer;
    this.outputSize = layer.outputSize;
  }

  initialState(batch: number): unknown {
    return this.layer.initialState(batch);
  }

  forward({ values, mask }: Sequence, initial?: unknown): { output: Sequence; state: unknown } {
    return this.layer.forward({ values: this.projection.forward(values), mask }, initial);
  }

  step(x: tf.Tensor2D, state: unknown): { output: tf.Tensor2D; state: unknown } {
    return this.layer.step(this.projection.forward(x), state);
  }
}
