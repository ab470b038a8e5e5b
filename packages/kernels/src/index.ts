/** @seqloom/kernels: the hot loops of sequence models, in WebAssembly SIMD over plain memory. */

export type { ActivationName } from './activation.js';
export { activate, activateGradient, gate, gateGradient } from './activation.js';
export type { Affine, AffineGradients } from './affine.js';
export { affine, affineGradient } from './affine.js';
export type { AdditiveScoreGradients, AdditiveScoreInputs } from './attention.js';
export { additiveScore, additiveScoreGradient } from './attention.js';
export type { Chain, ChainGradients, ChainMessages, PotentialGradients } from './chain.js';
export {
  alphaSize,
  alphaSize64,
  chainBackward,
  chainBackward64,
  chainBestPath,
  chainBestPath64,
  chainForward,
  chainForward64,
  chainPathScore,
  chainPathScore64,
  chainPathScoreGradient,
  chainPathScoreGradient64,
} from './chain.js';
export type {
  ChunkedAttention,
  ChunkedAttentionGradients,
  ChunkedAttentionOutputs,
} from './chunked-attention.js';
export { chunkedAttention, chunkedAttentionGradient } from './chunked-attention.js';
export type { CTCLoss } from './ctc.js';
export { ctcLoss } from './ctc.js';
export type { Dropped } from './dropout.js';
export { dropout } from './dropout.js';
export type {
  Arithmetic,
  Comparison,
  Connective,
  ElementFunction,
  OverRows,
  RowOperand,
} from './elementwise.js';
export { binary, connect, logicalNot, select, unary } from './elementwise.js';
export type { FeaturePlan, GradientPart, SequenceRange } from './feature-crf.js';
export {
  combine64,
  dot64,
  dotWorkspace64,
  featureGradient,
  featureMarginals,
  featurePlanBytes,
  featureScores,
  prepareTransitions,
  writeFeaturePlan,
} from './feature-crf.js';
export type { HMMExpectations, HMMFrames, HMMParameters } from './hmm.js';
export { hmmExpectations, hmmLogLikelihood, hmmViterbi } from './hmm.js';
export type {
  EmissionSizes,
  GaussianDiag,
  GaussianFull,
  SymbolCounts,
  WeightedMoments,
  WeightedProducts,
} from './hmm-emissions.js';
export {
  centreRows,
  gaussianDiagLogDensity,
  gaussianFullLogDensity,
  symbolCounts,
  weightedMoments,
  weightedProducts,
} from './hmm-emissions.js';
export type { Blocks, RowGathering } from './layout.js';
export { copyBlocks, gatherRows, transposeBlocks } from './layout.js';
export type { Kernels, LoadOptions } from './load.js';
export { loadKernels, loadKernelsSync, supportsSimd } from './load.js';
export type { MatrixOperand, MatrixProduct } from './matrix.js';
export { matrixProduct } from './matrix.js';
export type { KernelMemory } from './memory.js';
export { Arena, doubles, floats, integers, scope } from './memory.js';
export type { RowNormalization } from './normalization.js';
export { normalizeRows, normalizeRowsGradient } from './normalization.js';
export type { AdamRates, AdamUpdate } from './optimizer.js';
export { adamUpdate, sumOfSquares } from './optimizer.js';
export type {
  ScanCell,
  ScanGradients,
  ScanInputs,
  ScanOutputs,
  ScanSaved,
  ScanShape,
} from './recurrent/scan.js';
export { gateCount, savedGates, scanBackward, scanForward } from './recurrent/scan.js';
export type { AxisReduction, Reduction } from './reduction.js';
export { reduce, softmax } from './reduction.js';
export type { Rotation } from './rotation.js';
export { turnPairs } from './rotation.js';
export type {
  DepthwiseScanGradients,
  DepthwiseScanInputs,
  DepthwiseScanShape,
} from './scan/depthwise-scan.js';
export { depthwiseScan, depthwiseScanGradient } from './scan/depthwise-scan.js';
export type {
  GateActivation,
  GatedScanGradients,
  GatedScanInputs,
  GatedScanShape,
  GateRule,
} from './scan/gated-scan.js';
export { gatedScan, gatedScanGradient, gatedScanWidth } from './scan/gated-scan.js';
export type { LinearScanGradients, LinearScanInputs, LinearScanShape } from './scan/linear-scan.js';
export { linearScan, linearScanGradient } from './scan/linear-scan.js';
export type {
  StateSpaceGradients,
  StateSpaceInputs,
  StateSpaceOutputs,
  StateSpaceShape,
} from './scan/state-space.js';
export { stateSpaceBackward, stateSpaceForward, stateSpaceKept } from './scan/state-space.js';
export type { SegmentSum } from './segment.js';
export { segmentSum } from './segment.js';
export type { SegmentChain, SegmentChainGradients, SegmentChainMessages } from './segment-chain.js';
export { segmentChainBackward, segmentChainForward, segmentMessageSize } from './segment-chain.js';
export type { CrossEntropy, MaskedSoftmax, SoftmaxGradient } from './softmax.js';
export { crossEntropy, crossEntropyGradient, maskedSoftmax, softmaxGradient } from './softmax.js';
export { canShareMemory, isNode, isShared, sharedMemory, withSharedMemory } from './threads/shared-memory.js';
export type { ThreadOptions } from './threads/threads.js';
export { startThreads, stopThreads } from './threads/threads.js';
