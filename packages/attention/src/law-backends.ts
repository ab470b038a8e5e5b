/** Where laws run. */
import type { BackendName } from '@seqloom/core';

/**
 * Every law runs anew on cpu and wasm in Node and on wasm in a page, where its kernels are others (relaxed SIMD). Finite differences take minutes on webgl and webgpu:
 * there each part has to give what it gives on cpu (agreements.ts).
 */
export const lawBackends: readonly BackendName[] = typeof document === 'undefined' ? ['cpu', 'wasm'] : ['wasm'];
