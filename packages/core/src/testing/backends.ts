/** The backends that laws run over. */
import type { BackendName } from '../backend/index.js';

/** cpu and wasm in Node; all four in a page. For `describe.each(backendsHere())`. */
export function backendsHere(): BackendName[] {
  return typeof document === 'undefined' ? ['cpu', 'wasm'] : ['cpu', 'wasm', 'webgl', 'webgpu'];
}
