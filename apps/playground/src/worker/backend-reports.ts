/** What each backend offers in this browser. */
import { capabilities } from '@seqloom/core';
import type { BackendReport } from './protocol.js';

const absent: Readonly<Record<string, string>> = {
  wasm: 'this browser has no WebAssembly',
  webgl: 'this browser has no WebGL 2',
  webgpu: 'this browser has no WebGPU',
};

export async function backendReports(): Promise<BackendReport[]> {
  return Object.entries(await capabilities()).map(([name, { available, fused }]) => {
    const note = fused.length > 0 ? `${fused.length} fused kernels` : 'no fused kernels';
    return { name, available, note: available ? note : (absent[name] ?? 'not available') };
  });
}
