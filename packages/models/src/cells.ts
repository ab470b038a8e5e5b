/** Recurrent cells by name, so that a config can say them. */
import type { Rng } from '@seqloom/core';
import {
  CoupledLSTMCell,
  GRUCell,
  LayerNormGRUCell,
  LayerNormLSTMCell,
  LRUCell,
  LSTMCell,
  type MakeCell,
  MinGRUCell,
  MinLSTMCell,
  PeepholeLSTMCell,
  QRNNCell,
  SimpleRNNCell,
  SRUCell,
} from '@seqloom/layers';

interface CellSizes {
  inputSize: number;
  hiddenSize: number;
  rng?: Rng;
}

const makers = {
  simpleRNN: (sizes: CellSizes) => new SimpleRNNCell(sizes),
  gru: (sizes: CellSizes) => new GRUCell(sizes),
  lstm: (sizes: CellSizes) => new LSTMCell(sizes),
  coupledLSTM: (sizes: CellSizes) => new CoupledLSTMCell(sizes),
  peepholeLSTM: (sizes: CellSizes) => new PeepholeLSTMCell(sizes),
  layerNormGRU: (sizes: CellSizes) => new LayerNormGRUCell(sizes),
  layerNormLSTM: (sizes: CellSizes) => new LayerNormLSTMCell(sizes),
  minGRU: (sizes: CellSizes) => new MinGRUCell(sizes),
  minLSTM: (sizes: CellSizes) => new MinLSTMCell(sizes),
  qrnn: (sizes: CellSizes) => new QRNNCell(sizes),
  sru: (sizes: CellSizes) => new SRUCell(sizes),
  lru: (sizes: CellSizes) => new LRUCell({ ...sizes, outputSize: sizes.hiddenSize }),
};

/** The name of a cell of `@seqloom/layers`. */
export type CellName =
  | 'simpleRNN'
  | 'gru'
  | 'lstm'
  | 'coupledLSTM'
  | 'peepholeLSTM'
  | 'layerNormGRU'
  | 'layerNormLSTM'
  | 'minGRU'
  | 'minLSTM'
  | 'qrnn'
  | 'sru'
  | 'lru';

export const cells: Readonly<Record<CellName, MakeCell<unknown>>> = makers as never;
export const cellNames: readonly CellName[] = Object.keys(makers) as CellName[];
