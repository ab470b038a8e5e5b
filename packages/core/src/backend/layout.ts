/** tfjs' kernels that only move numbers, as strided copies: tfjs goes element by element, or copies the whole input for every slice of it. */
import { gatherRows, integers } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { filled, filledAll, shared } from './filled.js';
import { pad } from './pad.js';
import type { Call, Replacement } from './replace-kernels.js';
import { copyStrided } from './strided-copy.js';
import { contiguous, sizeOf } from './strides.js';
import { isWasm } from './workspace.js';

type DType = 'float32' | 'int32' | 'bool';
type Input = Record<'x', tf.TensorInfo>;

/** Where tfjs on cpu goes through an index of every axis for each number, copies pay from little on. */
const cpuFrom = 32;

export const layout: Readonly<Record<string, Replacement>> = {
  [tf.Slice]: { serve: slice, cpuFrom },
  [tf.StridedSlice]: { serve: stridedSlice, cpuFrom },
  [tf.SplitV]: { serve: split, cpuFrom },
  [tf.Unpack]: { serve: unpack, cpuFrom },
  [tf.Concat]: { serve: concat, cpuFrom: 256 },
  [tf.Pack]: { serve: pack, cpuFrom: 256 },
  [tf.PadV2]: { serve: pad, cpuFrom: 256 },
  [tf.Tile]: { serve: tile, cpuFrom: 256 },
  [tf.Transpose]: { serve: transpose, cpuFrom: 256 },
  [tf.Reverse]: { serve: reverse, cpuFrom },
  [tf.GatherV2]: { serve: gather, cpuFrom },
  [tf.Cast]: { serve: sameCast, cpuFrom: 0 },
};

const isNumeric = (dtype: tf.DataType): dtype is DType => dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
/** On cpu, tfjs takes one run of numbers out of its array without a copy of the rest. */
const isRunOnCpu = ({ backend }: Call, shape: readonly number[], axis: number): boolean =>
  !isWasm(backend) && shape.slice(0, axis).every((length) => length === 1);
const bytesOf = (dtype: DType): number => (dtype === 'bool' ? 1 : 4);
const offset = (begin: readonly number[], strides: readonly number[]): number =>
  begin.reduce((sum, index, axis) => sum + index * strides[axis]!, 0);

/** A new tensor of `shape`, read from x at `start` with the given strides. */
function view(call: Call, shape: number[], start: number, fromStrides: readonly number[]): tf.TensorInfo | undefined {
  const { x } = call.inputs as Input;
  const { dtype } = x;
  if (!isNumeric(dtype)) return undefined;
  const bytes = bytesOf(dtype);
  return filled(call, shape, dtype, [x], (to, from) =>
    copyStrided(call.kernels, {
      from: from! + bytes * start,
      fromStrides,
      to,
      toStrides: contiguous(shape),
      shape,
      bytes,
    }),
  );
}

function slice(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as Input;
  const { begin, size } = call.attributes as unknown as tf.SliceAttrs;
  const [from, shape] = tf.slice_util.parseSliceParams(x, begin, size) as [number[], number[]];
  tf.slice_util.assertParamsValid(x, from, shape);
  if (!isWasm(call.backend) && tf.slice_util.isSliceContinous(x.shape, from, shape)) return undefined;
  const strides = contiguous(x.shape);
  return view(call, shape, offset(from, strides), strides);
}

function stridedSlice(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as Input;
  const given = call.attributes as unknown as tf.StridedSliceAttrs;
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = given;
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
  const info = tf.slice_util.sliceInfo(x.shape, begin, end, strides, ...masks);
  if (info.isIdentity) return shared(call, x, info.finalShape);
  const own = contiguous(x.shape);
  const lengths = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
  const steps = own.map((stride, axis) => stride * info.strides[axis]!);
  const sliced = view(call, lengths, offset(info.begin, own), steps);
  return sliced && { ...sliced, shape: info.finalShape };
}

/** Pieces of x, one after the other along an axis. */
function pieces(call: Call, x: tf.TensorInfo, axis: number, lengths: readonly number[], shapes: readonly number[][]) {
  const { dtype } = x;
  if (!isNumeric(dtype) || isRunOnCpu(call, x.shape, axis)) return undefined;
  const bytes = bytesOf(dtype);
  const fromStrides = contiguous(x.shape);
  return filledAll(call, shapes, dtype, x, (outs, from) => {
    let source = from;
    for (const [i, to] of outs.entries()) {
      const shape = [...x.shape.slice(0, axis), lengths[i]!, ...x.shape.slice(axis + 1)];
      copyStrided(call.kernels, { from: source, fromStrides, to, toStrides: contiguous(shape), shape, bytes });
      source += bytes * lengths[i]! * fromStrides[axis]!;
    }
  });
}

function split(call: Call): tf.TensorInfo[] | undefined {
  const { x } = call.inputs as Input;
  const { numOrSizeSplits, axis } = call.attributes as unknown as tf.SplitVAttrs;
  const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
  const lengths = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along);
  const shapes = lengths.map((length) => [...x.shape.slice(0, along), length, ...x.shape.slice(along + 1)]);
  return pieces(call, x, along, lengths, shapes);
}

function unpack(call: Call): tf.TensorInfo[] | undefined {
  const { value } = call.inputs as Record<'value', tf.TensorInfo>;
  const along = tf.util.parseAxisParam((call.attributes as unknown as tf.UnpackAttrs).axis, value.shape)[0]!;
  const lengths = new Array<number>(value.shape[along]!).fill(1);
  const shape = [...value.shape.slice(0, along), ...value.shape.slice(along + 1)];
  return pieces(
    call,
    value,
    along,
    lengths,
    lengths.map(() => [...shape]),
  );
}

function concat(call: Call): tf.TensorInfo | undefined {
  const inputs = Object.values(call.inputs);
  const { axis } = call.attributes as unknown as tf.ConcatAttrs;
  const along = tf.util.parseAxisParam(axis, inputs[0]!.shape)[0]!;
  const shapes = inputs.map((input) => input.shape);
  tf.backend_util.assertParamsConsistent(shapes, along);
  return joined(call, inputs, shapes, along, tf.backend_util.computeOutShape(shapes, along));
}

function pack(call: Call): tf.TensorInfo | undefined {
  const inputs = Object.values(call.inputs);
  const { shape } = inputs[0]!;
  if (inputs.some((input) => !tf.util.arraysEqual(input.shape, shape))) return undefined;
  const { axis } = call.attributes as unknown as tf.PackAttrs;
  const along = axis < 0 ? axis + shape.length + 1 : axis;
  const widened = (length: number) => [...shape.slice(0, along), length, ...shape.slice(along)];
  return joined(
    call,
    inputs,
    inputs.map(() => widened(1)),
    along,
    widened(inputs.length),
  );
}

/** The inputs, seen with the given shapes, one after the other along an axis. */
function joined(
  call: Call,
  inputs: readonly tf.TensorInfo[],
  shapes: readonly number[][],
  axis: number,
  outShape: number[],
): tf.TensorInfo | undefined {
  const { dtype } = inputs[0]!;
  if (!isNumeric(dtype) || inputs.some((input) => input.dtype !== dtype)) return undefined;
  if (isRunOnCpu(call, outShape, axis)) return undefined;
  const bytes = bytesOf(dtype);
  const toStrides = contiguous(outShape);
  return filled(call, outShape, dtype, inputs, (out, ...places) => {
    let to = out;
    for (const [i, from] of places.entries()) {
      const shape = shapes[i]!;
      copyStrided(call.kernels, { from, fromStrides: contiguous(shape), to, toStrides, shape, bytes });
      to += bytes * shape[axis]! * toStrides[axis]!;
    }
  });
}

function tile(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as Input;
  const { dtype } = x;
  if (!isNumeric(dtype)) return undefined;
  const { reps } = call.attributes as unknown as tf.TileAttrs;
  const strides = contiguous(x.shape);
  const outShape = x.shape.map((length, axis) => length * reps[axis]!);
  const shape = x.shape.flatMap((length, axis) => [reps[axis]!, length]);
  const fromStrides = strides.flatMap((stride) => [0, stride]);
  const copy = { fromStrides, toStrides: contiguous(shape), shape, bytes: bytesOf(dtype) };
  return filled(call, outShape, dtype, [x], (to, from) => copyStrided(call.kernels, { from: from!, to, ...copy }));
}

function transpose(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as Input;
  const { perm } = call.attributes as unknown as tf.TransposeAttrs;
  const shape = perm.map((axis) => x.shape[axis]!);
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return shared(call, x, shape);
  const strides = contiguous(x.shape);
  return view(
    call,
    shape,
    0,
    perm.map((axis) => strides[axis]!),
  );
}

function reverse(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as Input;
  const { shape } = x;
  if (shape.includes(0)) return undefined;
  const turned = tf.util.parseAxisParam((call.attributes as unknown as tf.ReverseAttrs).dims, shape);
  const strides = contiguous(shape);
  const start = turned.reduce((sum, axis) => sum + (shape[axis]! - 1) * strides[axis]!, 0);
  return view(
    call,
    shape,
    start,
    strides.map((stride, axis) => (turned.includes(axis) ? -stride : stride)),
  );
}

function gather(call: Call): tf.TensorInfo | undefined {
  const { x, indices } = call.inputs as Record<'x' | 'indices', tf.TensorInfo>;
  const { axis, batchDims } = call.attributes as unknown as tf.GatherV2Attrs;
  const { dtype } = x;
  if (batchDims || indices.dtype !== 'int32' || !isNumeric(dtype)) return undefined;
  const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
  const [before, after] = [x.shape.slice(0, along), x.shape.slice(along + 1)];
  const shape = [...before, ...indices.shape, ...after];
  if (!isWasm(call.backend) && 32 * tf.util.sizeFromShape(shape) < sizeOf(x)) return undefined; // much to copy for a few rows
  const sizes = {
    blocks: tf.util.sizeFromShape(before),
    length: x.shape[along]!,
    count: sizeOf(indices),
    bytes: bytesOf(dtype) * tf.util.sizeFromShape(after),
  };
  return filled(call, shape, dtype, [x, indices], (out, from, ids) => {
    const bad = gatherRows(call.kernels, { x: from!, ids: ids!, out, ...sizes });
    if (bad < 0) return;
    const id = integers(call.kernels.memory, ids!, sizes.count)[bad];
    throw new UsageError('gather', `index ${id} is not in [0, ${sizes.length - 1}]`);
  });
}

function sameCast(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as Input;
  return x.dtype === call.attributes.dtype ? shared(call, x) : undefined;
}
