/** What a backend gets beyond tfjs' own kernels when it starts. */
import * as tf from '@tensorflow/tfjs-core';
import { conv2DBackpropFilter } from './convolution-gradient.js';
import { installFused } from './fused.js';
import { replaceIdentity } from './identity-on-wasm.js';
import { replaceMatrixProduct } from './matrix-product.js';
import { repairKernels } from './repairs-on-wasm.js';
import { unsortedSegmentSum } from './segment-sum.js';
import type { BackendName } from './use-backend.js';

/** Kernels that training needs and tfjs' wasm backend lacks; they also run without SIMD. */
const missingOnWasm: readonly tf.KernelConfig[] = [unsortedSegmentSum, conv2DBackpropFilter];

/** Registers the missing kernels and, where there is SIMD, the fused ones; webgl and webgpu run on tfjs' kernels alone. */
export async function installKernels(name: BackendName, backend: tf.KernelBackend): Promise<void> {
  if (name === 'wasm') {
    for (const config of missingOnWasm) if (!tf.getKernel(config.kernelName, name)) tf.registerKernel(config);
    repairKernels();
    replaceIdentity();
  }
  if ((name === 'cpu' || name === 'wasm') && (await installFused(name, backend))) replaceMatrixProduct(name);
}
