/** @seqloom/layers: sequence networks, encoder–decoders, losses and decoding. */

export { Dropout, type DropoutOptions } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { Linear, type LinearOptions } from './linear.js';
export { maskedCrossEntropy } from './losses/masked-cross-entropy.js';
export {
  Bidirectional,
  type BidirectionalOptions,
  type BidirectionalState,
  type StatefulLayer,
} from './recurrent/bidirectional.js';
export { GRUCell, type GRUCellOptions } from './recurrent/gru-cell.js';
export { LSTMCell, type LSTMCellOptions } from './recurrent/lstm-cell.js';
export type { LSTMState } from './recurrent/lstm-sequence.js';
export {
  type GRUOptions,
  gru,
  type LSTMOptions,
  lstm,
  type OneWayNetwork,
  type SimpleRNNOptions,
  simpleRNN,
  type TwoWayNetwork,
} from './recurrent/networks.js';
export { Recurrent, type RecurrentOptions } from './recurrent/recurrent.js';
export type { RecurrentCell } from './recurrent/recurrent-cell.js';
export { SimpleRNNCell, type SimpleRNNCellOptions } from './recurrent/simple-rnn-cell.js';
export type { Activation } from './recurrent/simple-rnn-sequence.js';
export { Stacked, type StackedOptions } from './recurrent/stacked.js';
