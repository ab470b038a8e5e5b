/** Where a fused kernel meets tensors: on wasm they are used in place, on cpu they are copied into an arena and out again. */
import { floats, integers, type KernelMemory, type Kernels } from '@seqloom/kernels';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend.js';

/** A tensor that a fused kernel is about to fill; its contents are undefined at first. */
export interface Output {
  readonly pointer: number;
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** What a fused kernel may touch while it runs: addresses in the memory of `kernels`. */
export interface Workspace {
  readonly kernels: Kernels;
  /** The address of a tensor's values, to be read only: 4 bytes for each number, 1 for each bool. */
  input(tensor: TensorInfo): number;
  /** A new tensor (float32 unless told) for the kernel to fill and return; 4 bytes for each number, 1 for each bool. */
  output(shape: number[], dtype?: Output['dtype']): Output;
  /** Memory that is freed when the kernel returns. */
  scratch(bytes: number): number;
}

type StoredArray = Float32Array | Int32Array | Uint8Array;

/** Runs `body` over the memory of a backend and turns the outputs that it returns into tensors; frees everything else. */
export function withBuffers(
  backend: KernelBackend,
  kernels: Kernels,
  body: (workspace: Workspace) => Output[],
): TensorInfo[] {
  return isWasm(backend) ? inPlace(backend, kernels, body) : copied(backend, kernels, body);
}

export function isWasm(backend: KernelBackend): backend is WasmBackend {
  return 'wasm' in backend && 'makeOutput' in backend;
}

function inPlace(backend: WasmBackend, kernels: Kernels, body: (workspace: Workspace) => Output[]): TensorInfo[] {
  const made = new Map<Output, TensorInfo>();
  const pointers: number[] = [];
  const address = (tensor: TensorInfo) => backend.dataIdMap.get(tensor.dataId).memoryOffset;
  let returned: Output[] = [];
  try {
    returned = body({
      kernels,
      input: address,
      output(shape, dtype = 'float32') {
        const tensor = backend.makeOutput(shape, dtype);
        const output = { pointer: address(tensor), shape, dtype };
        made.set(output, tensor);
        return output;
      },
      scratch(bytes) {
        pointers.push(kernels.memory.allocate(bytes));
        return pointers[pointers.length - 1]!;
      },
    });
    return returned.map((output) => made.get(output)!);
  } finally {
    for (const pointer of pointers) kernels.memory.free(pointer);
    for (const [output, tensor] of made) if (!returned.includes(output)) backend.disposeData(tensor.dataId);
  }
}

function copied(backend: KernelBackend, kernels: Kernels, body: (workspace: Workspace) => Output[]): TensorInfo[] {
  const start = kernels.memory.allocate(0);
  try {
    const outputs = body({
      kernels,
      input: (tensor) => copyIn(kernels, valuesOf(backend, tensor)),
      output: (shape, dtype = 'float32') => ({ pointer: kernels.memory.allocate(4 * size(shape)), shape, dtype }),
      scratch: (bytes) => kernels.memory.allocate(bytes),
    });
    return outputs.map(({ pointer, shape, dtype }) => {
      const values = views[dtype](kernels.memory, pointer, size(shape)).slice();
      return { dataId: backend.write(values, shape, dtype), shape, dtype };
    });
  } finally {
    kernels.memory.free(start); // the arena frees everything after it too
  }
}

const views: Record<Output['dtype'], (memory: KernelMemory, pointer: number, length: number) => StoredArray> = {
  float32: floats,
  int32: integers,
  bool: ({ memory }, pointer, length) => new Uint8Array(memory.buffer, pointer, length),
};

/** Values in the array type of the dtype: where tfjs casts without loss on cpu (bool → int32 → float32), the old array lives on. */
function valuesOf(backend: KernelBackend, { dataId, dtype }: TensorInfo): StoredArray {
  const values = backend.readSync(dataId) as StoredArray;
  const type = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype as 'float32' | 'int32' | 'bool'];
  return values instanceof type ? values : type.from(values);
}

function copyIn(kernels: Kernels, values: StoredArray): number {
  const pointer = kernels.memory.allocate(values.byteLength);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  new Uint8Array(kernels.memory.memory.buffer, pointer, values.byteLength).set(bytes);
  return pointer;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
