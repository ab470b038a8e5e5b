/** New tensors that a kernel fills: in place on wasm, copied through the kernels' memory on cpu. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Call } from './replace-kernels.js';
import type { WasmBackend } from './wasm-backend.js';
import { isWasm, type Output, withBuffers } from './workspace.js';

/** A new tensor, filled by `run`, which gets its address and those of the inputs. */
export function filled(
  call: Call,
  shape: number[],
  dtype: Output['dtype'],
  inputs: readonly tf.TensorInfo[],
  run: (out: number, ...inputs: number[]) => void,
): tf.TensorInfo {
  const { backend, kernels } = call;
  if (isWasm(backend)) return filledInPlace(backend, shape, dtype, inputs, run);
  return withBuffers(backend, kernels, (workspace) => {
    const output = workspace.output(shape, dtype);
    run(output.pointer, ...inputs.map((input) => workspace.input(input)));
    return [output];
  })[0]!;
}

/** The way of every small op, so without a closure or a list too many. */
function filledInPlace(
  backend: WasmBackend,
  shape: number[],
  dtype: Output['dtype'],
  inputs: readonly tf.TensorInfo[],
  run: (out: number, ...inputs: number[]) => void,
): tf.TensorInfo {
  const output = backend.makeOutput(shape, dtype);
  const out = addressOf(backend, output);
  try {
    if (inputs.length === 1) run(out, addressOf(backend, inputs[0]!));
    else if (inputs.length === 2) run(out, addressOf(backend, inputs[0]!), addressOf(backend, inputs[1]!));
    else run(out, ...inputs.map((input) => addressOf(backend, input)));
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
  return output;
}

function addressOf(backend: WasmBackend, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** New tensors of one dtype, cut out of one input; `run` gets all addresses. */
export function filledAll(
  { backend, kernels }: Call,
  shapes: readonly number[][],
  dtype: Output['dtype'],
  input: tf.TensorInfo,
  run: (outs: number[], input: number) => void,
): tf.TensorInfo[] {
  return withBuffers(backend, kernels, (workspace) => {
    const outputs = shapes.map((shape) => workspace.output(shape, dtype));
    run(
      outputs.map(({ pointer }) => pointer),
      workspace.input(input),
    );
    return outputs;
  });
}

/** The same values under another shape, without a copy: tensors never change in place. */
export function shared({ backend }: Call, x: tf.TensorInfo, shape: number[] = x.shape): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape, dtype: x.dtype };
}
