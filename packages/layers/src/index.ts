/** @seqloom/layers: sequence networks, encoder–decoders, losses and decoding. */

export { CausalConv1d, type CausalConv1dOptions } from './convolution/causal-conv1d.js';
export { CharCNN, type CharCNNOptions, type CharFilters } from './convolution/char-cnn.js';
export { maxOverTime } from './convolution/max-over-time.js';
export { TCNBlock, type TCNBlockOptions, type TCNOptions, type TCNState, tcn } from './convolution/tcn.js';
export { readArpa } from './ctc/arpa.js';
export { CTCGreedyStream, type CTCTranscript, ctcGreedyDecode } from './ctc/best-path.js';
export { type CTCLabels, type CTCOptions, ctcLoss, ctcLosses } from './ctc/ctc-loss.js';
export { ctcAlign } from './ctc/forced-alignment.js';
export type { CTCSpan } from './ctc/frames.js';
export { NGramModel, type NGramOptions, type NGramState, type StoredNGrams } from './ctc/n-gram-model.js';
export { type CTCBeamOptions, type CTCHypothesis, ctcBeamDecode, type LabelModel } from './ctc/prefix-beam-search.js';
export { type SpelledState, SpelledWords, type SpelledWordsOptions } from './ctc/spelled-words.js';
export { Dropout, type DropoutOptions } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { type GradientFlow, type GradientFlowOptions, gradientFlow } from './gradient-flow.js';
export { Linear, type LinearOptions } from './linear.js';
export type { GatedCellOptions } from './linear-recurrent/gated-cell.js';
export { MinGRUCell, type MinGRUCellOptions } from './linear-recurrent/min-gru-cell.js';
export { MinLSTMCell, type MinLSTMCellOptions } from './linear-recurrent/min-lstm-cell.js';
export { QRNNCell, type QRNNCellOptions, type QRNNState } from './linear-recurrent/qrnn-cell.js';
export { SRUCell, type SRUCellOptions } from './linear-recurrent/sru-cell.js';
export { AdaptiveSoftmax, type AdaptiveSoftmaxOptions } from './losses/adaptive-softmax.js';
export { type CrossEntropyOptions, crossEntropies } from './losses/cross-entropies.js';
export { maskedCrossEntropy } from './losses/masked-cross-entropy.js';
export {
  gaussianNLL,
  maskedAbsoluteError,
  maskedHuber,
  maskedSquaredError,
  quantileLoss,
} from './losses/regression.js';
export { SampledSoftmax, type SampledSoftmaxOptions } from './losses/sampled-softmax.js';
export { type ClassSampler, logUniformSampler, unigramSampler } from './losses/samplers.js';
export { LayerNorm, type LayerNormOptions } from './normalization/layer-norm.js';
export { RMSNorm, type RMSNormOptions } from './normalization/rms-norm.js';
export { type Attentive, AttentiveRNN, type AttentiveRNNOptions } from './recurrent/attentive-rnn.js';
export {
  Bidirectional,
  type BidirectionalOptions,
  type BidirectionalState,
  type StatefulLayer,
} from './recurrent/bidirectional.js';
export { CarriedState, type CarriedStateOptions } from './recurrent/carried-state.js';
export type { Checkpoint } from './recurrent/checkpointed.js';
export { CoupledLSTMCell } from './recurrent/coupled-lstm-cell.js';
export { LockedDropout, type LockedDropoutOptions } from './recurrent/dropout/locked-dropout.js';
export { RecurrentDropout, type RecurrentDropoutOptions } from './recurrent/dropout/recurrent-dropout.js';
export { VariationalDropout, type VariationalDropoutOptions } from './recurrent/dropout/variational-dropout.js';
export { WeightDropout, type WeightDropoutOptions } from './recurrent/dropout/weight-dropout.js';
export { Zoneout, type ZoneoutOptions } from './recurrent/dropout/zoneout.js';
export { GRUCell, type GRUCellOptions } from './recurrent/gru-cell.js';
export { LayerNormGRUCell, type LayerNormGRUCellOptions } from './recurrent/layer-norm-gru-cell.js';
export { LayerNormLSTMCell } from './recurrent/layer-norm-lstm-cell.js';
export { LSTMCell, type LSTMCellOptions } from './recurrent/lstm-cell.js';
export type { LSTMState } from './recurrent/lstm-state.js';
export {
  type GRUOptions,
  gru,
  type LSTMOptions,
  lstm,
  type MakeCell,
  type OneWayNetwork,
  type RecurrentNetworkOptions,
  recurrentNetwork,
  type SimpleRNNOptions,
  simpleRNN,
  type TwoWayNetwork,
} from './recurrent/networks.js';
export { PeepholeLSTMCell } from './recurrent/peephole-lstm-cell.js';
export { ProjectedLSTMCell, type ProjectedLSTMCellOptions } from './recurrent/projected-lstm-cell.js';
export { Recurrent, type RecurrentOptions } from './recurrent/recurrent.js';
export type { RecurrentCell } from './recurrent/recurrent-cell.js';
export { type ScanOptions, scan } from './recurrent/scan.js';
export { Highway, type HighwayOptions, Residual } from './recurrent/shortcut.js';
export { SimpleRNNCell, type SimpleRNNCellOptions } from './recurrent/simple-rnn-cell.js';
export type { Activation } from './recurrent/simple-rnn-sequence.js';
export { SplitCell, type StepChanges } from './recurrent/split-cell.js';
export { Stacked, type StackedOptions } from './recurrent/stacked.js';
export { Streaming, type StreamingOptions } from './recurrent/streaming.js';
export { Truncated, type TruncatedOptions } from './recurrent/truncated.js';
export type { RecurrentStep } from './recurrent/unroll.js';
export { type Allocation, type BeamStep, bestFirst } from './search/allocation.js';
export type { BeamCandidate, BeamExpansion, BeamPrefix } from './search/beam.js';
export { type BeamSearchOptions, beamSearch } from './search/beam-search.js';
export { type DiverseOptions, diverse } from './search/diverse.js';
export { minP, temperature, topK, topP, typical } from './search/filters.js';
export { greedy } from './search/greedy.js';
export { type Hypothesis, UndecodableError } from './search/hypothesis.js';
export { mustInclude, type PhrasesOfRow } from './search/must-include.js';
export {
  averageLength,
  type Finished,
  type Penalty,
  summaryCoverage,
  wuCoverage,
  wuLength,
} from './search/penalties.js';
export type { Rule, Written } from './search/rule.js';
export {
  forbid,
  forcedPrefix,
  type IdsOfRow,
  minimumLength,
  noRepeatedNgrams,
  repetitionPenalty,
} from './search/rules.js';
export { drawn, type SampleOptions, sample } from './search/sample.js';
export { type Choice, likeliest, type StreamOptions, stream, type Token } from './search/stream.js';
export type { Writer } from './search/writer.js';
export type { WritingOptions } from './search/writing-options.js';
export type { AttentiveDecoder, DecoderState } from './seq2seq/attentive-decoder.js';
export { BahdanauDecoder, type BahdanauDecoderOptions } from './seq2seq/bahdanau-decoder.js';
export { coverageLoss } from './seq2seq/coverage-loss.js';
export {
  type Encoded,
  EncoderDecoder,
  type EncoderDecoderOptions,
} from './seq2seq/encoder-decoder.js';
export { ExtendedVocabulary, type ExtendedVocabularyOptions } from './seq2seq/extended-vocabulary.js';
export { LuongDecoder, type LuongDecoderOptions } from './seq2seq/luong-decoder.js';
export {
  type CopyBatch,
  type CopySources,
  PointerGenerator,
  type PointerGeneratorOptions,
} from './seq2seq/pointer-generator.js';
export {
  inverseSigmoidDecay,
  type ScheduledReading,
  type ScheduledSamplingOptions,
  scheduledSampling,
} from './seq2seq/scheduled-sampling.js';
export { StateBridge, type StateBridgeOptions } from './seq2seq/state-bridge.js';
export type { GreedyOptions, Transcript } from './seq2seq/transcript.js';
export type { SourceBatch, TranslationBatch } from './seq2seq/translation-batch.js';
export type { Decoded, DecodedStep, Translator } from './seq2seq/translator.js';
export {
  type AssociativeScanInputs,
  associativeScan,
  complexScan,
  type Scanned,
} from './state-space/associative-scan.js';
export { LRUBlock, type LRUBlockOptions } from './state-space/lru-block.js';
export { LRUCell, type LRUCellOptions } from './state-space/lru-cell.js';
export { MambaBlock, type MambaBlockOptions } from './state-space/mamba-block.js';
export { MambaCell, type MambaCellOptions, type MambaState } from './state-space/mamba-cell.js';
export type { MixingBlockOptions } from './state-space/mixing-block.js';
export { type Combine, prefixScan } from './state-space/prefix-scan.js';
export { ResidualBlock } from './state-space/residual-block.js';
export { S4DBlock, type S4DBlockOptions } from './state-space/s4d-block.js';
export { S4DCell, type S4DCellOptions } from './state-space/s4d-cell.js';
export { SoftmaxHead } from './tagging/softmax-head.js';
export type { TagHead } from './tagging/tag-head.js';
export {
  type TaggedBatch,
  TaggingNetwork,
  type TaggingNetworkOptions,
  type TokenReader,
} from './tagging/tagging-network.js';
export { type TokenColumn, TokenEmbedding, type TokenEmbeddingOptions } from './tagging/token-embedding.js';
export type { AbsolutePositions } from './transformer/absolute-positions.js';
export { gelu, geluTanh, glu, silu } from './transformer/activations.js';
export type { AttentionPlace, BlockDropout, BlockOptions, Normalization } from './transformer/block-options.js';
export { CausalBlock } from './transformer/causal-block.js';
export { DecoderBlock } from './transformer/decoder-block.js';
export { FeedForward, type FeedForwardActivation, type FeedForwardOptions } from './transformer/feed-forward.js';
export type { StackOptions } from './transformer/frame.js';
export type { KeyValueCache } from './transformer/key-value-cache.js';
export { SoftmaxDropout } from './transformer/softmax-dropout.js';
export { type Reading, Transformer, type TransformerOptions } from './transformer/transformer.js';
export { TransformerBlock } from './transformer/transformer-block.js';
export { type Memories, TransformerDecoder } from './transformer/transformer-decoder.js';
export { TransformerEncoder } from './transformer/transformer-encoder.js';
export { type StackState, TransformerStack } from './transformer/transformer-stack.js';
