/** The recurrent layers whose laws src/laws.ts runs, beyond the plain ones: one table for Node and for the browser. */
import type { RecurrentLayer } from '@seqloom/core';
import { normal, Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { CoupledLSTMCell } from './coupled-lstm-cell.js';
import { LockedDropout } from './dropout/locked-dropout.js';
import { RecurrentDropout } from './dropout/recurrent-dropout.js';
import { VariationalDropout } from './dropout/variational-dropout.js';
import { WeightDropout } from './dropout/weight-dropout.js';
import { Zoneout } from './dropout/zoneout.js';
import { GRUCell } from './gru-cell.js';
import { LayerNormGRUCell } from './layer-norm-gru-cell.js';
import { LayerNormLSTMCell } from './layer-norm-lstm-cell.js';
import { LSTMCell } from './lstm-cell.js';
import type { LSTMState } from './lstm-state.js';
import { recurrentNetwork } from './networks.js';
import { PeepholeLSTMCell } from './peephole-lstm-cell.js';
import { ProjectedLSTMCell } from './projected-lstm-cell.js';
import { Recurrent } from './recurrent.js';
import { Highway, Residual } from './shortcut.js';
import type { SplitCell } from './split-cell.js';
import { Stacked } from './stacked.js';

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

/** Every dropout around some cell, and all of them. */
export const wrapped: Readonly<Record<string, () => SplitCell<unknown>>> = {
  'variational dropout': () =>
    new VariationalDropout({ cell: new GRUCell({ ...sizes, rng: rng() }), input: 0.3, recurrent: 0.4, rng: rng() }),
  'recurrent dropout': () =>
    new RecurrentDropout({ cell: new LSTMCell({ ...sizes, rng: rng() }), rate: 0.4, rng: rng() }),
  'weight dropout': () => new WeightDropout({ cell: new LSTMCell({ ...sizes, rng: rng() }), rate: 0.4, rng: rng() }),
  zoneout: () =>
    new Zoneout({ cell: new LSTMCell({ ...sizes, rng: rng() }), rate: { hidden: 0.2, cell: 0.4 }, rng: rng() }),
  'all dropouts at once': () => {
    const inner = new VariationalDropout({ cell: cells['layer-norm GRU']!(), recurrent: 0.2, rng: rng() });
    const zoned = new Zoneout({
      cell: new RecurrentDropout({ cell: inner, rate: 0.3, rng: rng() }),
      rate: 0.1,
      rng: rng(),
    });
    return new WeightDropout({ cell: zoned, rate: 0.3, rng: rng() });
  },
};

/** One layer of each. */
export const recurrentLayers: Readonly<Record<string, () => RecurrentLayer<unknown>>> = {
  'a network of projected cells': () => {
    const cell = (given: typeof sizes) => new ProjectedLSTMCell({ ...given, outputSize: 2 });
    return recurrentNetwork<LSTMState>({ ...sizes, layers: 2, cell, rng: rng() });
  },
  ...Object.fromEntries(
    Object.entries({ ...cells, ...wrapped }).map(([name, make]) => [name, () => new Recurrent({ cell: make() })]),
  ),
  'locked dropout': () => new LockedDropout({ size: 3, rate: 0.4, rng: rng() }),
  'residual and highway layers, stacked': () => {
    const layer = (inputSize: number) => new Recurrent({ cell: new GRUCell({ inputSize, hiddenSize: 4, rng: rng() }) });
    const highway = new Highway({ layer: layer(4), rng: rng() });
    return new Stacked<unknown>({ layers: [layer(3), new Residual(layer(4)), highway] });
  },
};

/** Moves every variable away from where it starts: what starts at 0 would hide mistakes. */
function stirred<S>(cell: SplitCell<S>): SplitCell<S> {
  const draws = rng();
  for (const [, variable] of cell.namedVariables())
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(normal(0.3)(variable.shape, draws), variable.shape))));
  return cell;
}
