/** Kernels of tfjs' wasm backend that give wrong numbers, or write outside of their output, for some dtypes and sizes. */
import * as tf from '@tensorflow/tfjs-core';
import { repairGather } from './batched-gather.js';
import type { WasmBackend } from './wasm-backend.js';

type Repair = (original: tf.KernelFunc) => tf.KernelFunc;

/** Wraps the original kernels; the laws in training-ops.test.ts say what each repair is for. */
export function repairKernels(): void {
  for (const [kernelName, repair] of Object.entries(repairs)) {
    const original = tf.getKernel(kernelName, 'wasm');
    if (!original || repaired.has(kernelName)) continue;
    repaired.add(kernelName);
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ ...original, kernelFunc: repair(original.kernelFunc) });
  }
}

const repaired = new Set<string>();

/** Cast keeps the low byte where it should ask "is it 0?"; Reverse, Select and ClipByValue take any bits for floats. */
const repairs: Readonly<Record<string, Repair>> = {
  [tf.Cast]: (original) => (call) => {
    const { x } = call.inputs as Record<'x', tf.TensorInfo>;
    const { dtype } = call.attrs as unknown as tf.CastAttrs;
    return dtype === 'bool' && x.dtype !== 'bool' ? converted(call.backend as WasmBackend, x, 'bool') : original(call);
  },
  [tf.GatherV2]: repairGather,
  [tf.Reverse]: asFloats('bool'),
  [tf.Select]: asFloats('bool'),
  [tf.ClipByValue]: asFloats('int32'),
  [tf.Sum]: (original) => (call) => {
    const { x } = call.inputs as Record<'x', tf.TensorInfo>;
    const output = original(call);
    if (x.shape.includes(0)) (call.backend as WasmBackend).typedArrayFromHeap(output as tf.TensorInfo).fill(0);
    return output;
  },
};

/** Runs the original on float copies of the inputs, all but the condition, when the output would have the given dtype. */
function asFloats(dtype: 'bool' | 'int32'): Repair {
  return (original) => (call) => {
    const backend = call.backend as WasmBackend;
    const given = Object.entries(call.inputs as Record<string, tf.TensorInfo>);
    if (!given.some(([name, { dtype: of }]) => name !== 'condition' && of === dtype)) return original(call);
    const copies = given
      .filter(([name]) => name !== 'condition')
      .map(([name, x]) => [name, converted(backend, x, 'float32')] as const);
    const result = original({ ...call, inputs: { ...call.inputs, ...Object.fromEntries(copies) } }) as tf.TensorInfo;
    const output = converted(backend, result, dtype);
    for (const { dataId } of [...copies.map(([, copy]) => copy), result]) backend.disposeData(dataId);
    return output;
  };
}

function converted(backend: WasmBackend, x: tf.TensorInfo, dtype: 'bool' | 'int32' | 'float32'): tf.TensorInfo {
  const output = backend.makeOutput(x.shape, dtype);
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(output);
  if (dtype !== 'bool') to.set(from);
  else for (let i = 0; i < from.length; i++) to[i] = from[i] === 0 ? 0 : 1;
  return output;
}
