/** What a backend gets beyond tfjs' own kernels when it starts. */
import * as tf from '@tensorflow/tfjs-core';
import { convolutions } from './convolution.js';
import { conv2DBackpropFilter } from './convolution-gradient.js';
import { elementwise } from './elementwise.js';
import { installFused } from './fused.js';
import { replaceIdentity } from './identity-on-wasm.js';
import { layout } from './layout.js';
import { matrixProducts } from './matrix-product.js';
import { reductions } from './reductions.js';
import { repairKernels } from './repairs-on-wasm.js';
import { replaceKernels } from './replace-kernels.js';
import { segmentSumOnCpu, unsortedSegmentSum } from './segment-sum.js';
import type { BackendName } from './use-backend.js';

/** Kernels that training needs and tfjs' wasm backend lacks; they also run without SIMD. */
const missingOnWasm: readonly tf.KernelConfig[] = [unsortedSegmentSum, conv2DBackpropFilter];

/** Registers the missing kernels and, where there is SIMD, the fused ones and those that replace tfjs' own; webgl and webgpu run on tfjs' kernels alone. */
export async function installKernels(
  name: BackendName,
  backend: tf.KernelBackend,
): Promise<{ kernels: string[]; reason?: string }> {
  if (name === 'wasm') {
    for (const config of missingOnWasm) if (!tf.getKernel(config.kernelName, name)) tf.registerKernel(config);
    repairKernels();
    replaceIdentity();
  }
  if (name !== 'cpu' && name !== 'wasm') return { kernels: [], reason: 'it computes on the GPU' };
  const reason = await installFused(name, backend);
  if (reason) return { kernels: [], reason };
  const sums = { [tf.UnsortedSegmentSum]: segmentSumOnCpu };
  const ours = { ...matrixProducts, ...convolutions, ...elementwise, ...layout, ...reductions, ...sums };
  return { kernels: replaceKernels(name, ours) };
}
