/** tfjs' elementwise kernels in SIMD: arithmetic and comparisons with every broadcast, functions, masks and choices. */

import type { Arithmetic, Comparison, Connective, ElementFunction, OverRows } from '@seqloom/kernels';
import * as kernels from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { filled } from './filled.js';
import type { Call, Replacement } from './replace-kernels.js';
import { broadcast, eachOuter, loopAt, merged, sizeOf } from './strides.js';

/** Functions of one operand, with the attributes that the kernel takes as `p` and `q`. */
const functions: Readonly<Record<string, [ElementFunction, p?: string | number, q?: string | number]>> = {
  [tf.Exp]: ['exp'],
  [tf.Expm1]: ['expm1'],
  [tf.Log]: ['log'],
  [tf.Sigmoid]: ['sigmoid'],
  [tf.Tanh]: ['tanh'],
  [tf.Erf]: ['erf'],
  [tf.Elu]: ['elu'],
  [tf.Relu]: ['relu'],
  [tf.Relu6]: ['clip', 0, 6],
  [tf.LeakyRelu]: ['leakyRelu', 'alpha'],
  [tf.ClipByValue]: ['clip', 'clipValueMin', 'clipValueMax'],
  [tf.Step]: ['step', 'alpha'],
  [tf.Sqrt]: ['sqrt'],
  [tf.Rsqrt]: ['rsqrt'],
  [tf.Reciprocal]: ['reciprocal'],
  [tf.Square]: ['square'],
  [tf.Neg]: ['neg'],
  [tf.Abs]: ['abs'],
  [tf.Floor]: ['floor'],
};

const arithmetic: Readonly<Record<string, Arithmetic>> = {
  [tf.Add]: 'add',
  [tf.Sub]: 'sub',
  [tf.Multiply]: 'multiply',
  [tf.RealDiv]: 'divide',
  [tf.Maximum]: 'maximum',
  [tf.Minimum]: 'minimum',
  [tf.SquaredDifference]: 'squaredDifference',
};

const comparisons: Readonly<Record<string, Comparison>> = {
  [tf.Equal]: 'equal',
  [tf.NotEqual]: 'notEqual',
  [tf.Greater]: 'greater',
  [tf.GreaterEqual]: 'greaterEqual',
  [tf.Less]: 'less',
  [tf.LessEqual]: 'lessEqual',
};

const connectives: Readonly<Record<string, Connective>> = {
  [tf.LogicalAnd]: 'logicalAnd',
  [tf.LogicalOr]: 'logicalOr',
};

/** Below, tfjs' plain loops are faster on cpu than a copy to the kernels' memory and back. */
const cpuFrom = 256;

/** What XNNPACK does as fast on wasm. */
const fastOnWasm: readonly string[] = [tf.Sigmoid, tf.Elu, tf.Step];

export const elementwise: Readonly<Record<string, Replacement>> = {
  ...served(functions, (call, [op, p, q]) => ofOne(call, op, p, q)),
  ...served(arithmetic, (call, op) => ofTwo(call, 'float32', (rows) => kernels.binary(call.kernels, op, rows))),
  ...served(comparisons, (call, op) => ofTwo(call, 'bool', (rows) => kernels.binary(call.kernels, op, rows))),
  ...served(connectives, ofMasks),
  [tf.LogicalNot]: { serve: negation, cpuFrom },
  [tf.Prelu]: { serve: prelu, cpuFrom },
  [tf.Select]: { serve: choice, cpuFrom },
};

function served<T>(
  table: Readonly<Record<string, T>>,
  serve: (call: Call, entry: T) => tf.TensorInfo | undefined,
): Record<string, Replacement> {
  const entries = Object.entries(table).map(([name, entry]): [string, Replacement] => [
    name,
    { serve: (call) => serve(call, entry), cpuFrom, wasm: !fastOnWasm.includes(name) },
  ]);
  return Object.fromEntries(entries);
}

function ofOne(
  call: Call,
  op: ElementFunction,
  p: string | number = 0,
  q: string | number = 0,
): tf.TensorInfo | undefined {
  const { x } = call.inputs as { x: tf.TensorInfo };
  if (x.dtype !== 'float32') return undefined;
  const [first, second] = [numberFor(call, p), numberFor(call, q)];
  return filled(call, x.shape, 'float32', [x], (out, from) =>
    kernels.unary(call.kernels, op, from!, out, sizeOf(x), first, second),
  );
}

function numberFor(call: Call, given: string | number): number {
  return typeof given === 'number' ? given : (call.attributes[given] as number);
}

function ofTwo(call: Call, dtype: 'float32' | 'bool', run: (rows: OverRows) => void): tf.TensorInfo | undefined {
  const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return filled(call, shape, dtype, [a, b], (out, left, right) =>
    overRows(a.shape, b.shape, shape, { a: left!, b: right!, out, bytes: dtype === 'bool' ? 1 : 4 }, run),
  );
}

interface Places {
  a: number;
  b: number;
  out: number;
  /** Of an element of the output. */
  bytes: number;
}

/** Calls `run` as few times as the broadcast allows: once for equal shapes, numbers, rows and columns. */
export function overRows(
  a: readonly number[],
  b: readonly number[],
  shape: number[],
  places: Places,
  run: (rows: OverRows) => void,
): void {
  const size = tf.util.sizeFromShape(shape);
  if (size === 0) return;
  const [sizeA, sizeB] = [tf.util.sizeFromShape(a as number[]), tf.util.sizeFromShape(b as number[])];
  if ((sizeA === size || sizeA === 1) && (sizeB === size || sizeB === 1)) {
    const left = { pointer: places.a, row: 0, column: sizeA === size ? 1 : 0 } as const;
    const right = { pointer: places.b, row: 0, column: sizeB === size ? 1 : 0 } as const;
    run({ a: left, b: right, out: places.out, rows: 1, columns: size });
    return;
  }
  const loops = merged(shape, broadcast(a, shape), broadcast(b, shape));
  const [columns, rows] = [loopAt(loops, 0), loopAt(loops, 1)];
  let out = places.out;
  eachOuter(loops, 2, (offsetA, offsetB) => {
    const left = { pointer: places.a + 4 * offsetA, row: rows.first, column: columns.first as 0 | 1 };
    const right = { pointer: places.b + 4 * offsetB, row: rows.second, column: columns.second as 0 | 1 };
    run({ a: left, b: right, out, rows: rows.length, columns: columns.length });
    out += places.bytes * rows.length * columns.length;
  });
}

function ofMasks(call: Call, op: Connective): tf.TensorInfo | undefined {
  const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  if (a.dtype !== 'bool' || b.dtype !== 'bool' || !tf.util.arraysEqual(a.shape, b.shape)) return undefined;
  return filled(call, a.shape, 'bool', [a, b], (out, left, right) =>
    kernels.connect(call.kernels, op, left!, right!, out, sizeOf(a)),
  );
}

function negation(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as { x: tf.TensorInfo };
  if (x.dtype !== 'bool') return undefined;
  return filled(call, x.shape, 'bool', [x], (out, from) => kernels.logicalNot(call.kernels, from!, out, sizeOf(x)));
}

function prelu(call: Call): tf.TensorInfo | undefined {
  const inputs = { a: call.inputs.x!, b: call.inputs.alpha! };
  return ofTwo({ ...call, inputs }, 'float32', (rows) => kernels.binary(call.kernels, 'prelu', rows));
}

/** All three of one shape, as `tf.where` calls it. */
function choice(call: Call): tf.TensorInfo | undefined {
  const { condition, t, e } = call.inputs as Record<'condition' | 't' | 'e', tf.TensorInfo>;
  const n = sizeOf(t);
  if (sizeOf(condition) !== n || sizeOf(e) !== n) return undefined;
  if (t.dtype !== e.dtype || (t.dtype !== 'float32' && t.dtype !== 'int32')) return undefined;
  return filled(call, t.shape, t.dtype, [condition, t, e], (out, mask, a, b) =>
    kernels.select(call.kernels, mask!, a!, b!, out, n),
  );
}
