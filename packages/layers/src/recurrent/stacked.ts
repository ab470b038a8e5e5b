/** Layers on top of each other. */
import type { RecurrentLayer, Rng, Sequence } from '@seqloom/core';
import { knownOptions, Module, OptionError, UsageError } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import { layerOf, type StatefulLayer } from './bidirectional.js';

export interface StackedOptions<S> {
  /** The lowest first; each reads the outputs of the one before. */
  layers: readonly StatefulLayer<S>[];
  /** The dropout rate between two layers. */
  dropout?: number;
  rng?: Rng;
}

/** Runs layers one on top of the other, with dropout between them; its state is the list of theirs. */
export class Stacked<S> extends Module implements RecurrentLayer<readonly S[]> {
  readonly outputSize: number;
  readonly layers: readonly StatefulLayer<S>[];
  readonly dropout: Dropout;

  constructor(options: StackedOptions<S>) {
    super();
    knownOptions('Stacked', options, ['layers', 'dropout', 'rng']);
    const { layers, dropout = 0, rng } = options;
    if (!Array.isArray(layers) || layers.length === 0)
      throw new OptionError('Stacked', '`layers` must be a list of at least one layer');
    this.layers = layers.map((layer: StatefulLayer<S>, i) => layerOf('Stacked', `layers[${i}]`, layer));
    this.dropout = new Dropout({ rate: dropout, rng });
    this.outputSize = (layers.at(-1) as StatefulLayer<S>).outputSize;
  }

  get inputSize(): number | undefined {
    return (this.layers[0] as { inputSize?: number }).inputSize;
  }

  initialState(batch: number): readonly S[] {
    return this.layers.map((layer) => layer.initialState(batch));
  }

  /** input [B,T,D] → output [B,T,U] of the top layer and every layer's state. */
  forward(input: Sequence, initial?: readonly S[]): { output: Sequence; state: readonly S[] } {
    let output = input;
    const state = this.layers.map((layer, i) => {
      const below = i === 0 ? output : { ...output, values: this.dropout.forward(output.values) };
      const above = layer.forward(below, initial?.[i]);
      output = above.output;
      return above.state;
    });
    return { output, state };
  }

  /** x [B,D] and the list of states → the top layer's output [B,U]. Throws UsageError when a layer cannot step, as none that reads the future can. */
  step(x: tf.Tensor2D, state: readonly S[]): { output: tf.Tensor2D; state: readonly S[] } {
    let output = x;
    const next = this.layers.map((layer, i) => {
      const below = i === 0 ? output : this.dropout.forward(output);
      const above = steps(layer, i).step(below, state[i] as S);
      output = above.output;
      return above.state;
    });
    return { output, state: next };
  }

  read(state: readonly S[]): tf.Tensor2D | undefined {
    const top = this.layers.at(-1) as { read?(state: S): tf.Tensor2D | undefined };
    return top.read?.(state.at(-1) as S);
  }
}

function steps<S>(layer: StatefulLayer<S>, index: number): RecurrentLayer<S> {
  if (typeof (layer as Partial<RecurrentLayer<S>>).step === 'function') return layer as RecurrentLayer<S>;
  throw new UsageError('Stacked.step', `layers[${index}] (${layer.constructor.name}) has no \`step\``, {
    hint: 'a bidirectional layer reads the future: use `forward`',
  });
}
