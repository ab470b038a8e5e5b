/** Fused kernels: written once over a workspace, registered with tfjs for cpu and wasm alike. */
import {
  Arena,
  canShareMemory,
  type KernelMemory,
  type Kernels,
  loadKernels,
  sharedMemory,
  supportsSimd,
} from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { KernelError } from '../errors.js';
import type { WasmBackend } from './wasm-backend.js';
import { isWasm, type Output, type Workspace, withBuffers } from './workspace.js';

/** The inputs by name, the attributes, and where to compute; returns one output or several, all made by `workspace.output`. */
export type FusedKernel = (
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attributes: Readonly<Record<string, unknown>>,
  workspace: Workspace,
) => Output | Output[];

export type FusedBackend = 'cpu' | 'wasm';

const implementations = new Map<string, FusedKernel>();
const instances = new WeakMap<tf.KernelBackend, Kernels>();
const ready = new Set<FusedBackend>();

/** Registers the fused kernel of an op for cpu and wasm: at once where they have started with SIMD, else when they do. */
export function registerFused(name: string, implementation: FusedKernel): void {
  implementations.set(name, implementation);
  for (const backendName of ready) install(name, backendName);
}

/** The names of all fused kernels, registered or waiting for their backend. */
export function fusedNames(): string[] {
  return [...implementations.keys()];
}

/** Loads the kernels into a backend's memory and registers every fused kernel; returns the reason where that cannot be. */
export async function installFused(backendName: FusedBackend, backend: tf.KernelBackend): Promise<string | undefined> {
  if (!supportsSimd()) return 'WebAssembly has no SIMD here';
  if (isWasm(backend) && !backend.wasm.asm.memory) return 'tfjs has started it with threads, in a memory of their own';
  if (!instances.has(backend)) {
    instances.set(backend, await loadKernels(isWasm(backend) ? heapOf(backend) : arena()));
  }
  ready.add(backendName);
  for (const name of implementations.keys()) install(name, backendName);
  return undefined;
}

/** The kernels in a backend's memory, once `installFused` has loaded them. */
export function kernelsOf(backend: tf.KernelBackend): Kernels | undefined {
  return instances.get(backend);
}

function install(kernelName: string, backendName: FusedBackend): void {
  if (tf.getKernel(kernelName, backendName)) return;
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs = {}, backend }) => {
    const implementation = implementations.get(kernelName)!;
    let single = false;
    const outputs = withBuffers(
      backend as tf.KernelBackend,
      instances.get(backend as tf.KernelBackend)!,
      (workspace) => {
        const result = implementation(inputs as Record<string, tf.TensorInfo>, attrs, workspace);
        single = !Array.isArray(result);
        return Array.isArray(result) ? result : [result];
      },
    );
    return single ? outputs[0]! : outputs;
  };
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

function arena(): Arena {
  return new Arena(canShareMemory() ? sharedMemory() : undefined);
}

/** tfjs' heap as memory for kernels. */
function heapOf({ wasm }: WasmBackend): KernelMemory {
  return {
    memory: wasm.asm.memory,
    allocate(bytes) {
      const pointer = wasm._malloc(bytes) >>> 0; // signed, so negative above 2 GB
      if (pointer === 0 && bytes > 0) throw new KernelError('wasm', `out of memory: ${bytes} bytes more`);
      return pointer;
    },
    free: (pointer) => wasm._free(pointer),
  };
}
