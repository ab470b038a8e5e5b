/** The one wasm module: its exports are the kernels; it imports its memory and owns no data, stack or heap. */
export { additiveScore, additiveScoreGradient } from './attention';
export { chainBackward, chainForward, chainWorkspace } from './chain';
export { binary } from './elementwise/arithmetic';
export { compare, logic, select } from './elementwise/comparison';
export { unary } from './elementwise/functions';
export { copyBlocks, gatherRows, transposeBlocks } from './layout';
export { matrixProduct, matrixWorkspace } from './matrix';
export { adamUpdate, sumOfSquares } from './optimizer';
export { gruResetAfterBackward, gruResetAfterForward, gruResetAfterWorkspace } from './recurrent/gru-reset-after';
export { gruResetBeforeBackward, gruResetBeforeForward, gruResetBeforeWorkspace } from './recurrent/gru-reset-before';
export { lstmBackward, lstmForward } from './recurrent/lstm';
export { stepWorkspace } from './recurrent/recurrence';
export { simpleRNNBackward, simpleRNNForward, simpleRNNWorkspace } from './recurrent/simple-rnn';
export { reduceColumns, reduceRows, softmaxRows } from './reduction';
export { repeatRow, sumRows } from './rows';
export { segmentSum } from './segment';
export { crossEntropy, crossEntropyGradient, maskedSoftmax, softmaxGradient } from './softmax';
