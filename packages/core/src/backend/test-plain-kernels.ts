/** tfjs' plain kernels on cpu as they were before anything replaced them, and cases to compare ours with. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { FusedBackend } from './fused.js';

const plain = new Map(tf.getKernelsForBackend('cpu').map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]));

export interface Values {
  dtype: 'float32' | 'int32' | 'bool';
  shape: number[];
  values: number[];
}

/** One call of a kernel. */
export interface KernelCase {
  inputs: Readonly<Record<string, Values>> | readonly Values[];
  attributes?: Readonly<Record<string, unknown>>;
}

/** Calls the kernel that is registered for a backend, and the plain one on cpu: same shapes, dtypes and, up to `tolerance`, numbers. */
export function expectSameAsPlain(
  name: string,
  backendName: FusedBackend,
  { inputs, attributes = {} }: KernelCase,
  tolerance: number,
): void {
  const ours = call(tf.getKernel(name, backendName)!.kernelFunc, backendName, inputs, attributes);
  const theirs = call(plain.get(name)!, 'cpu', inputs, attributes);
  expect(ours.map(({ shape, dtype }) => [dtype, shape])).toEqual(theirs.map(({ shape, dtype }) => [dtype, shape]));
  for (const [i, { values }] of ours.entries()) expectNumbers(values, theirs[i]!.values, tolerance);
}

function expectNumbers(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const different = found.findIndex((value, i) => {
    const other = expected[i]!;
    if (Object.is(value, other) || value === other) return false;
    return !(Math.abs(value - other) <= tolerance * (1 + Math.abs(other)));
  });
  if (different >= 0) expect(found, `element ${different}`).toEqual(expected);
}

/** Runs a kernel on tensors of its own; whatever it allocates beyond its outputs is a leak. */
function call(
  kernelFunc: tf.KernelFunc,
  backendName: FusedBackend,
  given: KernelCase['inputs'],
  attrs: Readonly<Record<string, unknown>>,
): Values[] {
  const backend = tf.engine().registry[backendName]!;
  const before = backend.numDataIds();
  const entries = Object.entries(given as Record<string, Values>).map(([name, { dtype, shape, values }]) => {
    const type = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
    return [name, { dataId: backend.write(type.from(values), shape, dtype), shape, dtype }] as const;
  });
  const inputs = Array.isArray(given) ? entries.map(([, input]) => input) : Object.fromEntries(entries);
  const outputs = ([] as tf.TensorInfo[]).concat(
    kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, attrs: attrs as tf.NamedAttrMap, backend }),
  );
  const results = outputs.map(({ dataId, dtype, shape }) => {
    const values = Array.from(backend.readSync(dataId) as Float32Array);
    return { dtype: dtype as Values['dtype'], shape: [...shape], values };
  });
  for (const { dataId } of [...outputs, ...entries.map(([, input]) => input)]) backend.disposeData(dataId);
  expect(backend.numDataIds(), 'tensors that nobody owns').toBe(before);
  return results;
}

export const special: readonly number[] = [NaN, Infinity, -Infinity, 0, -0];

/** Numbers of a dtype, special ones among the floats. */
export function numberOf(dtype: Values['dtype']): fc.Arbitrary<number> {
  if (dtype === 'int32') return fc.integer({ min: -1000, max: 1000 });
  if (dtype === 'bool') return fc.integer({ min: 0, max: 1 });
  const usual = fc.float({ min: -20, max: 20, noNaN: true, noDefaultInfinity: true });
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...special) });
}

export const finite: fc.Arbitrary<number> = fc.float({ min: -2, max: 2, noNaN: true, noDefaultInfinity: true });

/** Mostly 1 to 5, now and then 0 or as much as 9. */
const side: fc.Arbitrary<number> = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 5, arbitrary: fc.integer({ min: 6, max: 9 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Shapes of rank `least` to 4. */
export const shapes = (least = 0): fc.Arbitrary<number[]> => fc.array(side, { minLength: least, maxLength: 4 });

/** A tensor of the given shape. */
export function tensorOf(
  shape: readonly number[],
  dtype: Values['dtype'] = 'float32',
  number: fc.Arbitrary<number> = numberOf(dtype),
): fc.Arbitrary<Values> {
  const length = shape.reduce((product, length) => product * length, 1);
  return fc.array(number, { minLength: Math.min(length, 24), maxLength: Math.min(length, 24) }).map((drawn) => ({
    dtype,
    shape: [...shape],
    values: Array.from({ length }, (_, i) => drawn[((i * 7) % 24) % drawn.length]!),
  }));
}
