/** The one wasm module: its exports are the kernels; it imports its memory and owns no data, stack or heap. */
export { additiveScore, additiveScoreGradient } from './attention';
export { matrixProduct, matrixWorkspace } from './matrix';
export { segmentSum } from './segment';
