/** Registers with tfjs what a backend lacks. */
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { registerMissing } from './missing-on-wasm.js';
import type { BackendName } from './use-backend.js';

export async function installKernels(name: BackendName, _backend: KernelBackend): Promise<void> {
  if (name === 'wasm') registerMissing();
}
