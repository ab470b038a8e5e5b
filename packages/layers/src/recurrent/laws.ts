/** The recurrent layers whose laws src/laws.ts runs, beyond the plain ones: one table for Node and for the browser. */
import type { RecurrentLayer } from '@seqloom/core';
import { normal, Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { CoupledLSTMCell } from './coupled-lstm-cell.js';
import { LayerNormGRUCell } from './layer-norm-gru-cell.js';
import { LayerNormLSTMCell } from './layer-norm-lstm-cell.js';
import { PeepholeLSTMCell } from './peephole-lstm-cell.js';
import { ProjectedLSTMCell } from './projected-lstm-cell.js';
import { Recurrent } from './recurrent.js';
import type { SplitCell } from './split-cell.js';

const sizes = { inputSize: 3, hiddenSize: 5 };
const rng = () => new Rng(2);

/** Every cell beyond SimpleRNNCell, GRUCell and LSTMCell. */
export const cells: Readonly<Record<string, () => SplitCell<unknown>>> = {
  'peephole LSTM': () => stirred(new PeepholeLSTMCell({ ...sizes, rng: rng() })),
  'projected LSTM': () => new ProjectedLSTMCell({ ...sizes, outputSize: 4, rng: rng() }),
  'coupled LSTM': () => new CoupledLSTMCell({ ...sizes, rng: rng() }),
  'layer-norm LSTM': () => stirred(new LayerNormLSTMCell({ ...sizes, rng: rng() })),
  'layer-norm GRU': () => stirred(new LayerNormGRUCell({ ...sizes, rng: rng() })),
};

/** One layer of each. */
export const recurrentLayers: Readonly<Record<string, () => RecurrentLayer<unknown>>> = Object.fromEntries(
  Object.entries(cells).map(([name, make]) => [name, () => new Recurrent({ cell: make() })]),
);

/** Moves every variable away from where it starts: what starts at 0 would hide mistakes. */
function stirred<S>(cell: SplitCell<S>): SplitCell<S> {
  const draws = rng();
  for (const [, variable] of cell.namedVariables())
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(normal(0.3)(variable.shape, draws), variable.shape))));
  return cell;
}
