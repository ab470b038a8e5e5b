/** What Seqloom uses of tfjs' wasm backend beyond its public face: the heap that tensors live in. */

import type * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** tfjs' wasm backend: tensors are ranges of one WebAssembly memory. */
export interface WasmBackend extends KernelBackend {
  readonly wasm: {
    /** tfjs' own threaded build has its memory elsewhere. */
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
}
