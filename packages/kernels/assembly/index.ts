/** The one wasm module: its exports are the kernels; it imports its memory and owns no data, stack or heap. */
export { activate, activateGradient, gate, gateGradient } from './activation';
export { additiveScore, additiveScoreGradient } from './attention';
export { chunkedAttentionGradient, chunkedGradientWorkspace } from './attention/backward';
export { chunkedAttention, chunkedWorkspace } from './attention/forward';
export {
  chainBackward, chainBackward64, chainBestPath, chainBestPath64, chainBestPathWorkspace, chainBestPathWorkspace64, chainForward, chainForward64,
  chainPathScore, chainPathScore64, chainPathScoreGradient, chainPathScoreGradient64, chainWorkspace, chainWorkspace64,
} from './chain';
export { ctcLoss, ctcWorkspace } from './ctc/loss';
export { dropout } from './dropout';
export { add, sub, multiply, divide, maximum, minimum, squaredDifference, prelu } from './elementwise/arithmetic';
export { equal, notEqual, greater, greaterEqual, less, lessEqual } from './elementwise/comparison';
export { logicalAnd, logicalNot, logicalOr, select } from './elementwise/comparison';
export { exp, expm1, log, sigmoid, tanh, erf, elu, relu, leakyRelu } from './elementwise/functions';
export { clip, step, sqrt, rsqrt, reciprocal, square, neg, abs, floor } from './elementwise/functions';
export { featureGradient, featureMarginals, featureScores, featureTransitions } from './feature-crf';
export { combine64, dotChunks64 } from './feature-crf/vectors';
export { hmmExpectations, hmmWorkspace } from './hmm/expectations';
export { gaussianDiagLogDensity, gaussianDiagWorkspace, gaussianFullLogDensity, gaussianFullWorkspace } from './hmm/gaussian';
export { centreRows, scatterRows, weightedMoments, weightedProducts, weightedProductsWorkspace } from './hmm/statistics';
export { hmmViterbi, hmmViterbiWorkspace } from './hmm/viterbi';
export { copyBlocks, gatherRows, transposeBlocks } from './layout';
export { matrixProduct, matrixWorkspace } from './matrix';
export { normalizeRows, normalizeRowsGradient } from './normalization';
export { adamUpdate, sumOfSquares } from './optimizer';
export { reduceColumns, reduceRows, softmaxRows } from './reduction';
export { layOutBackward, scanBackward } from './recurrent/backward';
export { layOutForward, scanForward } from './recurrent/forward';
export { layOutSums, scanSums } from './recurrent/gradient-sums';
export { turnPairs } from './rotation';
export { repeatRow, sumRows } from './rows';
export { depthwiseScan, depthwiseScanGradient } from './scan/depthwise';
export { gatedScan, gatedScanGradient } from './scan/gated';
export { linearScan, linearScanGradient } from './scan/linear';
export { stateSpaceBackward, stateSpaceForward, stateSpaceKept, stateSpaceWorkspace } from './scan/state-space';
export { segmentSum } from './segment';
export { segmentChainBackward } from './segment-chain/backward';
export { segmentChainForward, segmentChainWorkspace } from './segment-chain/forward';
export { crossEntropy, crossEntropyGradient, maskedSoftmax, softmaxGradient } from './softmax';
export { packedProduct } from './tiles';
