/** Recurrent networks by their usual names: one call from sizes to layers. */
import type { Module, Rng } from '@seqloom/core';
import { count, knownOptions, OptionError } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Bidirectional, type BidirectionalState, type StatefulLayer } from './bidirectional.js';
import type { Checkpoint } from './checkpointed.js';
import { GRUCell, type GRUCellOptions } from './gru-cell.js';
import { LSTMCell } from './lstm-cell.js';
import type { LSTMState } from './lstm-state.js';
import { Recurrent } from './recurrent.js';
import type { RecurrentCell } from './recurrent-cell.js';
import { SimpleRNNCell, type SimpleRNNCellOptions } from './simple-rnn-cell.js';
import { Stacked } from './stacked.js';

export interface NetworkOptions {
  inputSize: number;
  /** Units per direction. */
  hiddenSize: number;
  /** How many on top of each other; 1 unless told. */
  layers?: number;
  bidirectional?: boolean;
  /** The dropout rate between layers. */
  dropout?: number;
  rng?: Rng;
  /** Trades time for memory in training: gradients compute the sequence once more, segment by segment; true: √T segments, a number: so many. */
  checkpoint?: Checkpoint;
}

export type SimpleRNNOptions = NetworkOptions & Pick<SimpleRNNCellOptions, 'activation'>;
export type GRUOptions = NetworkOptions & Pick<GRUCellOptions, 'reset'>;
export type LSTMOptions = NetworkOptions;

type OneWay<O> = O & { bidirectional?: false };
/** A network that reads its input in one direction: it can step, so it is a cell too. */
export type OneWayNetwork<S> = Stacked<S>;
/** A network that reads its input in both directions. */
export type TwoWayNetwork<S> = Module & StatefulLayer<readonly BidirectionalState<S, S>[]>;
type Network<S> = OneWayNetwork<S> | TwoWayNetwork<S>;

/** Layers of simple recurrent cells: input [B,T,D] → output [B,T,U], or [B,T,2U] in both directions. */
export function simpleRNN(options: OneWay<SimpleRNNOptions>): OneWayNetwork<tf.Tensor2D>;
export function simpleRNN(options: SimpleRNNOptions & { bidirectional: true }): TwoWayNetwork<tf.Tensor2D>;
export function simpleRNN(options: SimpleRNNOptions): Network<tf.Tensor2D>;
export function simpleRNN(options: SimpleRNNOptions): Network<tf.Tensor2D> {
  knownOptions('simpleRNN', options, [...common, 'activation']);
  const { activation } = options;
  return network('simpleRNN', options, (sizes) => new SimpleRNNCell({ ...sizes, activation }));
}

/** Layers of gated recurrent units: input [B,T,D] → output [B,T,U], or [B,T,2U] in both directions. */
export function gru(options: OneWay<GRUOptions>): OneWayNetwork<tf.Tensor2D>;
export function gru(options: GRUOptions & { bidirectional: true }): TwoWayNetwork<tf.Tensor2D>;
export function gru(options: GRUOptions): Network<tf.Tensor2D>;
export function gru(options: GRUOptions): Network<tf.Tensor2D> {
  knownOptions('gru', options, [...common, 'reset']);
  const { reset } = options;
  return network('gru', options, (sizes) => new GRUCell({ ...sizes, reset }));
}

/** Layers of LSTM cells: input [B,T,D] → output [B,T,U], or [B,T,2U] in both directions. */
export function lstm(options: OneWay<LSTMOptions>): OneWayNetwork<LSTMState>;
export function lstm(options: LSTMOptions & { bidirectional: true }): TwoWayNetwork<LSTMState>;
export function lstm(options: LSTMOptions): Network<LSTMState>;
export function lstm(options: LSTMOptions): Network<LSTMState> {
  knownOptions('lstm', options, common);
  return network('lstm', options, (sizes) => new LSTMCell(sizes));
}

const common = ['inputSize', 'hiddenSize', 'layers', 'bidirectional', 'dropout', 'rng', 'checkpoint'];

/** From the size of what a layer reads to its cell. */
export type MakeCell<S> = (sizes: { inputSize: number; hiddenSize: number; rng?: Rng }) => RecurrentCell<S>;

export interface RecurrentNetworkOptions<S> extends NetworkOptions {
  /** For example `(sizes) => new WeightDropout({ cell: new LSTMCell(sizes), rate: 0.5 })`. */
  cell: MakeCell<S>;
}

/** Layers of any cells: input [B,T,D] → output [B,T,U], or [B,T,2U] in both directions, where U is the cell's output size. */
export function recurrentNetwork<S>(options: OneWay<RecurrentNetworkOptions<S>>): OneWayNetwork<S>;
export function recurrentNetwork<S>(options: RecurrentNetworkOptions<S> & { bidirectional: true }): TwoWayNetwork<S>;
export function recurrentNetwork<S>(options: RecurrentNetworkOptions<S>): Network<S>;
export function recurrentNetwork<S>(options: RecurrentNetworkOptions<S>): Network<S> {
  knownOptions('recurrentNetwork', options, [...common, 'cell']);
  if (typeof options.cell !== 'function')
    throw new OptionError(
      'recurrentNetwork',
      '`cell` must be a function from { inputSize, hiddenSize, rng } to a cell',
    );
  return network('recurrentNetwork', options, options.cell);
}

function network<S>(where: string, options: NetworkOptions, make: MakeCell<S>): Network<S> {
  const { hiddenSize, layers = 1, bidirectional = false, dropout, rng, checkpoint } = options;
  count(where, 'layers', layers);
  let { inputSize } = options;
  const recurrent = () => new Recurrent({ cell: make({ inputSize, hiddenSize, rng }), checkpoint });
  const built = Array.from({ length: layers }, () => {
    const layer = bidirectional ? new Bidirectional({ forward: recurrent(), backward: recurrent() }) : recurrent();
    inputSize = layer.outputSize;
    return layer;
  });
  return new Stacked({ layers: built as StatefulLayer<S>[], dropout, rng });
}
