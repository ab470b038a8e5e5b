/** The heap of tfjs' wasm backend, where tensors and kernels keep their numbers. */
import * as tf from '@tensorflow/tfjs-core';

interface Heap {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** Counts the bytes that are held in the heap from now on; `peak` returns the most that a step held beyond what there was before it. */
export function watchHeap(): { peak(step: () => void): number } {
  const { wasm } = tf.backend() as unknown as { wasm: Heap };
  tf.zeros([1]).dispose(); // the first call of each replaces the function
  const { _malloc: allocate, _free: free } = wasm;
  const sizes = new Map<number, number>();
  let [held, most] = [0, 0];
  wasm._malloc = (bytes) => {
    const pointer = allocate(bytes);
    sizes.set(pointer, bytes);
    held += bytes;
    most = Math.max(most, held);
    return pointer;
  };
  wasm._free = (pointer) => {
    held -= sizes.get(pointer) ?? 0;
    sizes.delete(pointer);
    free(pointer);
  };
  return {
    peak(step) {
      const before = held;
      most = held;
      step();
      return most - before;
    },
  };
}
