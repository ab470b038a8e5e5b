/** The one wasm module: its exports are the kernels; it imports its memory and owns no data, stack or heap. */
export { matrixProduct, matrixWorkspace } from './matrix';
export { segmentSum } from './segment';
