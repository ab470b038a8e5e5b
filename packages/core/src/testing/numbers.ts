/** Tensors read back: laws compute inside `tidy` and compare plain numbers outside, since WebGPU reads only asynchronously. */
import * as tf from '@tensorflow/tfjs-core';
import { LawError } from './law.js';

/** Row-major numbers; without a shape they fit any shape of their size. */
export interface Numbers {
  readonly data: ArrayLike<number>;
  readonly shape?: readonly number[];
}

export type Nested = number | readonly Nested[];

/** Reads a tensor; the caller still owns it. */
export async function read(tensor: tf.Tensor): Promise<Required<Numbers>> {
  return { data: await tensor.data(), shape: tensor.shape };
}

/** Runs `f` in a tidy and reads the tensors that it returns; nothing stays behind. */
export async function compute<Name extends string>(
  f: () => Record<Name, tf.Tensor>,
): Promise<Record<Name, Required<Numbers>>> {
  const tensors = tf.tidy(() => mapValues(f(), (tensor) => tf.clone(tensor)));
  const names = Object.keys(tensors) as Name[];
  try {
    const numbers = await Promise.all(names.map((name) => read(tensors[name])));
    return Object.fromEntries(names.map((name, i) => [name, numbers[i]])) as Record<Name, Required<Numbers>>;
  } finally {
    tf.dispose(tensors);
  }
}

function mapValues<Name extends string, A, B>(record: Record<Name, A>, f: (value: A) => B): Record<Name, B> {
  return Object.fromEntries(Object.entries<A>(record).map(([name, value]) => [name, f(value)])) as Record<Name, B>;
}

/** Numbers from nested or flat lists. */
export function fromArray(value: Nested | ArrayLike<number>): Numbers {
  if (typeof value === 'number') return { data: [value] };
  const shape: number[] = [];
  for (let at: unknown = value; Array.isArray(at); at = at[0]) shape.push(at.length);
  if (shape.length < 2) return { data: value as ArrayLike<number> };
  const data = (value as unknown[]).flat(Infinity) as number[];
  if (data.length !== shape.reduce((a, b) => a * b, 1)) throw new LawError('nested lists of different lengths');
  return { data, shape };
}

/**
 * Throws where |actual − expected| > tolerance · max(1, |expected|), or where shapes differ. Equal infinities agree, and so do
 * two NaN. `from` picks the elements to compare.
 */
export function compare(
  what: string,
  actual: Numbers,
  expected: Numbers,
  tolerance: number,
  picks: (index: number) => boolean = () => true,
): void {
  const shape = actual.shape ?? expected.shape ?? [actual.data.length];
  if (actual.data.length !== expected.data.length || !sameShape(actual.shape, expected.shape)) {
    throw new LawError(`${what} has shape [${sizes(actual)}], expected [${sizes(expected)}]`);
  }
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const distance = difference(actual.data[i] as number, expected.data[i] as number);
    if (distance > tolerance && distance > excess && picks(i)) [worst, excess] = [i, distance];
  }
  if (worst < 0) return;
  const place = `${what}[${indices(worst, shape)}]`;
  throw new LawError(
    `${place} is ${actual.data[worst]}, expected ${expected.data[worst]} (largest difference ${excess.toPrecision(3)}, tolerance ${tolerance})`,
  );
}

/** Relative beyond 1, absolute below; infinite where only one side is a number. */
function difference(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const distance = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  return Number.isNaN(distance) ? Infinity : distance;
}

function sameShape(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  return !a || !b || (a.length === b.length && a.every((size, axis) => size === b[axis]));
}

function sizes({ data, shape }: Numbers): string {
  return (shape ?? [data.length]).join(',');
}

/** The place of a flat index in `shape`. */
export function indices(flat: number, shape: readonly number[]): number[] {
  const out: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    const size = shape[axis] as number;
    out.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return out;
}
