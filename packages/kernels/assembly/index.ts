/** The one wasm module: its exports are the kernels; it imports its memory and owns no data, stack or heap. */
export { additiveScore, additiveScoreGradient } from './attention';
export { chainBackward, chainForward, chainWorkspace } from './chain';
export { matrixProduct, matrixWorkspace } from './matrix';
export { segmentSum } from './segment';
