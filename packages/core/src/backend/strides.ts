/** Walks over two tensors at once, as few and as long loops as their layouts allow. */
import * as tf from '@tensorflow/tfjs-core';

/** Nested loops, the innermost last: how long each is, and how far either tensor moves at each of its steps. */
export interface Loops {
  lengths: number[];
  first: number[];
  second: number[];
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

/** Leaves out axes of length 1 and joins neighbours that both tensors walk through in one stride. */
export function merged(shape: readonly number[], first: readonly number[], second: readonly number[]): Loops {
  const loops: Loops = { lengths: [], first: [], second: [] };
  let last = -1;
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis]!;
    if (length === 1) continue;
    const [a, b] = [first[axis]!, second[axis]!];
    if (last >= 0 && loops.first[last] === a * length && loops.second[last] === b * length) {
      loops.lengths[last]! *= length;
    } else {
      loops.lengths[++last] = length;
    }
    loops.first[last] = a;
    loops.second[last] = b;
  }
  return loops;
}

/** The loop `inner` places before the innermost one: its length and either stride; one idle turn where there is none. */
export function loopAt(loops: Loops, inner: number): { length: number; first: number; second: number } {
  const loop = loops.lengths.length - 1 - inner;
  if (loop < 0) return { length: 1, first: 0, second: 0 };
  return { length: loops.lengths[loop]!, first: loops.first[loop]!, second: loops.second[loop]! };
}

/** Calls `body` for every position of all loops but the innermost `inner`, with the offset in either tensor. */
export function eachOuter(loops: Loops, inner: number, body: (first: number, second: number) => void): void {
  const outer = Math.max(0, loops.lengths.length - inner);
  let turns = 1;
  for (let loop = 0; loop < outer; loop++) turns *= loops.lengths[loop]!;
  for (let turn = 0; turn < turns; turn++) {
    let [rest, first, second] = [turn, 0, 0];
    for (let loop = outer - 1; rest > 0; loop--) {
      const index = rest % loops.lengths[loop]!;
      first += index * loops.first[loop]!;
      second += index * loops.second[loop]!;
      rest = Math.floor(rest / loops.lengths[loop]!);
    }
    body(first, second);
  }
}

/** How many elements a tensor has. */
export function sizeOf(tensor: tf.TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape);
}
