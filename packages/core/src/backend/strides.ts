/** Walks over several tensors at once, as few and as long loops as their layouts allow. */
import * as tf from '@tensorflow/tfjs-core';

/** Nested loops, the innermost last: how long each is, and how far each tensor moves at each of its steps. */
export interface Loops {
  lengths: number[];
  /** For every tensor, one stride a loop. */
  strides: number[][];
}

/** Elements from one index to the next, of a tensor whose values lie side by side. */
export function contiguous(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The strides of a tensor along the axes of the shape that it is broadcast to: 0 where it is repeated. */
export function broadcast(shape: readonly number[], to: readonly number[]): number[] {
  const own = contiguous(shape);
  const missing = to.length - shape.length;
  return to.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : own[axis - missing]!));
}

/** Leaves out axes of length 1 and joins neighbours that every tensor walks through in one stride. */
export function merged(shape: readonly number[], ...strides: readonly (readonly number[])[]): Loops {
  const lengths: number[] = [];
  const kept: number[][] = strides.map(() => []);
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue;
    const last = lengths.length - 1;
    const joins = last >= 0 && kept.every((own, i) => own[last] === strides[i]![axis]! * length);
    if (joins) lengths[last]! *= length;
    else lengths.push(length);
    for (const [i, own] of kept.entries()) own[joins ? last : last + 1] = strides[i]![axis]!;
  }
  return { lengths, strides: kept };
}

/** Calls `body` for every position of all loops but the innermost `inner`, with each tensor's offset. */
export function eachOuter({ lengths, strides }: Loops, inner: number, body: (...offsets: number[]) => void): void {
  const outer = lengths.slice(0, Math.max(0, lengths.length - inner));
  const turns = tf.util.sizeFromShape(outer);
  for (let turn = 0; turn < turns; turn++) body(...strides.map((own) => offsetAt(turn, outer, own)));
}

function offsetAt(turn: number, lengths: readonly number[], strides: readonly number[]): number {
  let offset = 0;
  for (let loop = lengths.length - 1, rest = turn; rest > 0; loop--) {
    offset += (rest % lengths[loop]!) * strides[loop]!;
    rest = Math.floor(rest / lengths[loop]!);
  }
  return offset;
}

/** The loop `inner` places before the innermost one: its length and each tensor's stride; one idle turn where there is none. */
export function loopAt({ lengths, strides }: Loops, inner: number): { length: number; steps: number[] } {
  const loop = lengths.length - 1 - inner;
  return { length: lengths[loop] ?? 1, steps: strides.map((own) => own[loop] ?? 0) };
}

/** How many elements a tensor has. */
export const sizeOf = (tensor: tf.TensorInfo): number => tf.util.sizeFromShape(tensor.shape);
