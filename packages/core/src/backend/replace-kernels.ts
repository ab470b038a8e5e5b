/** Our kernels in the place of tfjs' own, which still serve the calls that ours do not. */
import type { Kernels } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { type FusedBackend, kernelsOf } from './fused.js';

/** What tfjs calls a kernel with, and our kernels in the backend's memory. */
export interface Call {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly backend: tf.KernelBackend;
  readonly kernels: Kernels;
}

export interface Replacement {
  /** Serves a call, or returns undefined to leave it to tfjs' kernel. */
  serve(call: Call): tf.TensorInfo | tf.TensorInfo[] | undefined;
  /** From how many numbers in all inputs on it pays on cpu to copy them to the kernels' memory. */
  cpuFrom: number;
  /** False where tfjs' own kernel (XNNPACK's) is as fast on wasm. */
  wasm?: boolean;
}

const replaced: Readonly<Record<FusedBackend, Set<string>>> = { cpu: new Set(), wasm: new Set() };

/** Replaces those of the kernels that a backend has, each once, and returns the names of all that are ours there. */
export function replaceKernels(
  backendName: FusedBackend,
  replacements: Readonly<Record<string, Replacement>>,
): string[] {
  for (const [kernelName, { serve, cpuFrom, wasm = true }] of Object.entries(replacements)) {
    const from = backendName === 'cpu' ? cpuFrom : 0;
    const original = tf.getKernel(kernelName, backendName);
    if (!original || (backendName === 'wasm' && !wasm) || replaced[backendName].has(kernelName)) continue;
    const kernelFunc: tf.KernelFunc = (given) => {
      const backend = given.backend as tf.KernelBackend;
      const inputs = given.inputs as Record<string, tf.TensorInfo>;
      const kernels = kernelsOf(backend);
      if (!kernels || (from > 0 && sizeOfAll(inputs) < from)) return original.kernelFunc(given);
      return serve({ inputs, attributes: given.attrs ?? {}, backend, kernels }) ?? original.kernelFunc(given);
    };
    replaced[backendName].add(kernelName);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ ...original, kernelFunc });
  }
  return [...replaced[backendName]];
}

function sizeOfAll(inputs: Readonly<Record<string, tf.TensorInfo>>): number {
  let size = 0;
  for (const name in inputs) size += tf.util.sizeFromShape(inputs[name]!.shape);
  return size;
}
