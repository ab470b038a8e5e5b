/** Every kernel that we put in tfjs' place = tfjs' plain kernel on cpu, for all shapes, dtypes and broadcasts, NaN and infinities included. */

import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accelerate, useBackend } from './index.js';
import {
  expectSameAsPlain,
  finite,
  type KernelCase,
  numberOf,
  shapes,
  special,
  tensorOf,
  type Values,
} from './test-plain-kernels.js'; // first: it remembers tfjs' kernels before anything replaces them
import type { WasmBackend } from './wasm-backend.js';

/** Functions in float32 against float64, sums in another order; the numbers are up to 20. */
const rounding = 2e-6;
/** Numbers that are only moved, compared or combined once. */
const exact = 0;

type Cases = fc.Arbitrary<KernelCase>;
const dtypes = fc.constantFrom<Values['dtype']>('float32', 'int32', 'bool');
const numeric = fc.constantFrom<Values['dtype']>('float32', 'float32', 'int32');
const axisOf = (shape: readonly number[]) => fc.integer({ min: 0, max: shape.length - 1 });

const one = (attributes: Record<string, unknown> = {}): Cases =>
  shapes().chain((shape) => tensorOf(shape).map((x) => ({ inputs: { x }, attributes })));

/** A tensor that broadcasts to `shape`: leading axes left out, others of length 1. */
const broadcastable = (shape: readonly number[], dtype: Values['dtype']): fc.Arbitrary<Values> =>
  fc
    .tuple(fc.oneof(fc.constant(0), fc.nat(shape.length)), fc.oneof(fc.constant(0), fc.nat(2 ** shape.length - 1)))
    .chain(([missing, ones]) =>
      tensorOf(shape.map((length, axis) => (ones & (1 << axis) ? 1 : length)).slice(missing), dtype),
    );

const two = (dtype: fc.Arbitrary<Values['dtype']>, names: [string, string] = ['a', 'b']): Cases =>
  fc
    .tuple(shapes(), dtype)
    .chain(([shape, type]) => fc.tuple(broadcastable(shape, type), broadcastable(shape, type)))
    .map(([a, b]) => ({ inputs: { [names[0]]: a, [names[1]]: b } }));

/** A tensor of any dtype, and attributes that depend on its shape. */
const moved = (
  least: number,
  attributes: (shape: number[]) => fc.Arbitrary<Record<string, unknown>>,
  name = 'x',
): Cases =>
  fc
    .tuple(shapes(least), dtypes)
    .chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype), attributes(shape)))
    .map(([x, given]) => ({ inputs: { [name]: x }, attributes: given }));

const everyAxis = <T>(shape: readonly number[], of: (length: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.tuple(...shape.map(of)) as fc.Arbitrary<T[]>;

const range = (length: number) =>
  fc.tuple(fc.nat(length), fc.nat(length)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const slices = moved(1, (shape) =>
  everyAxis(shape, range).map((ranges) => ({
    begin: ranges.map(([from]) => from),
    size: ranges.map(([from, to]) => to - from),
  })),
);

const stridedSlices = moved(1, (shape) =>
  fc
    .tuple(
      everyAxis(shape, range),
      everyAxis(shape, () => fc.constantFrom(1, 2, -1, -2)),
      fc.nat(3),
      fc.nat(3),
      fc.nat(3),
    )
    .map(([ranges, strides, beginMask, endMask, newAxisMask]) => ({
      begin: ranges.map(([from, to], i) => (strides[i]! > 0 ? from : to)),
      end: ranges.map(([from, to], i) => (strides[i]! > 0 ? to : from)),
      ...{ strides, beginMask, endMask, newAxisMask, ellipsisMask: 0, shrinkAxisMask: 0 },
    })),
);

/** Between 1 and 5 tensors that differ along one axis only, or not at all. */
const several = (least: number, grow: boolean): Cases =>
  fc.tuple(shapes(least), dtypes, fc.integer({ min: 1, max: 5 })).chain(([shape, dtype, count]) =>
    (grow ? axisOf(shape) : fc.integer({ min: 0, max: shape.length })).chain((axis) => {
      const input = (length: number) => tensorOf(grow ? shape.with(axis, length) : shape, dtype);
      return fc
        .array(fc.nat(4).chain(input), { minLength: count, maxLength: count })
        .map((inputs) => ({ inputs, attributes: { axis } }));
    }),
  );

const gathers: Cases = fc
  .tuple(
    shapes(1).filter((shape) => !shape.includes(0)),
    dtypes,
    shapes().filter(({ length }) => length < 3),
  )
  .chain(([shape, dtype, indexShape]) =>
    axisOf(shape).chain((axis) =>
      fc
        .tuple(tensorOf(shape, dtype), tensorOf(indexShape, 'int32', fc.nat(shape[axis]! - 1)))
        .map(([x, indices]) => ({ inputs: { x, indices }, attributes: { axis, batchDims: 0 } })),
    ),
  );

const selections: Cases = fc
  .tuple(shapes(), numeric)
  .chain(([shape, dtype]) => fc.tuple(tensorOf(shape, 'bool'), tensorOf(shape, dtype), tensorOf(shape, dtype)))
  .map(([condition, t, e]) => ({ inputs: { condition, t, e } }));

/** Numbers whose sums are exact in float32 in any order: up to 9⁴ of them, each a multiple of 1/64 up to 20. */
const summable: fc.Arbitrary<number> = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -20 * 64, max: 20 * 64 }).map((n) => n / 64) },
  { weight: 1, arbitrary: fc.constantFrom(...special) },
);

const reductions = (axes: string, number = numberOf('float32')): Cases =>
  shapes()
    .filter((shape) => !shape.includes(0))
    .chain((shape) =>
      fc
        .tuple(
          tensorOf(shape, 'float32', number),
          fc.subarray([...shape.keys()], { minLength: Math.min(1, shape.length) }),
          fc.boolean(),
        )
        .map(([x, axis, keepDims]) => ({ inputs: { x }, attributes: { [axes]: axis, keepDims } })),
    );

const softmaxes: Cases = shapes(1)
  .filter((shape) => !shape.includes(0))
  .chain((shape) => tensorOf(shape).map((logits) => ({ inputs: { logits }, attributes: { dim: shape.length - 1 } })));

const products: Cases = fc
  .tuple(
    fc.boolean(),
    fc.boolean(),
    fc.integer({ min: 1, max: 3 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
  )
  .chain(([transposeA, transposeB, batch, [m, n, k]]) =>
    fc
      .record({
        a: tensorOf([batch, ...(transposeA ? [k!, m!] : [m!, k!])], 'float32', finite),
        b: tensorOf([batch, ...(transposeB ? [n!, k!] : [k!, n!])], 'float32', finite),
        bias: fc.option(fc.oneof(...[[n!], [1, n!], [m!, 1], []].map((shape) => tensorOf(shape, 'float32', finite))), {
          nil: undefined,
        }),
        weights: fc.oneof(...[[n!], [1, 1, n!], [m!, n!]].map((shape) => tensorOf(shape, 'float32', finite))),
        activation: fc.constantFrom('linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'),
      })
      .map(({ a, b, bias, weights, activation }) => ({
        inputs: { a, b, ...(bias && { bias }), ...(activation === 'prelu' && { preluActivationWeights: weights }) },
        attributes: { transposeA, transposeB, activation, leakyreluAlpha: 0.3 },
      })),
  );

type Pair = [number, number];

/** Images and lines of all small sizes, and how a filter moves over them. */
const convolved = (dilated: boolean) =>
  fc
    .record({
      batch: fc.integer({ min: 1, max: 3 }),
      input: fc.tuple(fc.constantFrom(1, 1, 2, 5), fc.integer({ min: 1, max: 9 })),
      filter: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
      channels: fc.tuple(fc.constantFrom(1, 3, 9), fc.integer({ min: 1, max: 9 })),
      strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      dilations: fc.constantFrom<Pair[]>([1, 1], dilated ? [1, 2] : [1, 1], dilated ? [2, 1] : [1, 1]),
      pad: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 0, 2),
    })
    .map(({ batch, input, filter, channels: [inputs, outputs], ...rest }) => {
      const attributes = { ...rest, dataFormat: 'NHWC' as const, dimRoundingMode: 'floor' as const };
      const inputShape: [number, number, number, number] = [batch, ...input, inputs];
      const filterShape: [number, number, number, number] = [...filter, inputs, outputs];
      const { strides, dilations, pad } = rest;
      const { outShape } = tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, dilations, pad, 'floor');
      return { inputShape, filterShape, outShape, attributes };
    })
    .filter(({ outShape }) => outShape.every((length) => length > 0));

const convolutions: Cases = convolved(true).chain(({ inputShape, filterShape, attributes }) =>
  fc
    .tuple(tensorOf(inputShape, 'float32', finite), tensorOf(filterShape, 'float32', finite))
    .map(([x, filter]) => ({ inputs: { x, filter }, attributes })),
);

const fusedConvolutions: Cases = fc
  .tuple(convolved(true), fc.boolean(), fc.constantFrom('linear', 'relu', 'elu', 'prelu'))
  .chain(([{ inputShape, filterShape, attributes }, biased, activation]) =>
    fc
      .tuple(
        ...[inputShape, filterShape, filterShape.slice(-1), filterShape.slice(-1)].map((shape) =>
          tensorOf(shape, 'float32', finite),
        ),
      )
      .map(([x, filter, bias, preluActivationWeights]) => ({
        inputs: {
          ...{ x: x!, filter: filter! },
          ...(biased && { bias: bias! }),
          ...(activation === 'prelu' && { preluActivationWeights: preluActivationWeights! }),
        },
        attributes: { ...attributes, activation },
      })),
  );

const filterGradients: Cases = convolved(false).chain(({ inputShape, filterShape, outShape, attributes }) =>
  fc
    .tuple(tensorOf(inputShape, 'float32', finite), tensorOf(outShape, 'float32', finite))
    .map(([x, dy]) => ({ inputs: { x, dy }, attributes: { ...attributes, filterShape } })),
);

const inputGradients: Cases = convolved(false).chain(({ inputShape, filterShape, outShape, attributes }) =>
  fc
    .tuple(tensorOf(outShape, 'float32', finite), tensorOf(filterShape, 'float32', finite))
    .map(([dy, filter]) => ({ inputs: { dy, filter }, attributes: { ...attributes, inputShape } })),
);

/** Rows of finite numbers, since tfjs' own makes NaN of what is infinite elsewhere; some ids belong to no segment. */
const segmentSums: Cases = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
    fc.integer({ min: 1, max: 6 }),
  )
  .chain(([rows, trailing, numSegments]) =>
    fc
      .tuple(
        tensorOf([rows, ...trailing], 'float32', finite),
        tensorOf([rows], 'int32', fc.integer({ min: -1, max: numSegments })),
      )
      .map(([x, segmentIds]) => ({ inputs: { x, segmentIds }, attributes: { numSegments } })),
  );

const laws: Record<string, [Cases, tolerance: number]> = {
  ...Object.fromEntries(
    ['Exp', 'Expm1', 'Log', 'Sigmoid', 'Tanh', 'Erf', 'Elu', 'Rsqrt'].map((name) => [name, [one(), rounding]]),
  ),
  ...Object.fromEntries(
    ['Sqrt', 'Reciprocal', 'Square', 'Neg', 'Abs', 'Floor', 'Relu', 'Relu6'].map((name) => [name, [one(), exact]]),
  ),
  LeakyRelu: [one({ alpha: 0.25 }), exact],
  ClipByValue: [one({ clipValueMin: -1.5, clipValueMax: 3 }), exact],
  Step: [one({ alpha: 0.25 }), exact],
  ...Object.fromEntries(['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum'].map((name) => [name, [two(numeric), exact]])),
  RealDiv: [two(fc.constant('float32')), exact],
  SquaredDifference: [two(numeric), rounding],
  Prelu: [two(fc.constant('float32'), ['x', 'alpha']), exact],
  ...Object.fromEntries(
    ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'].map((name) => [name, [two(numeric), exact]]),
  ),
  LogicalAnd: [two(fc.constant('bool')), exact],
  LogicalOr: [two(fc.constant('bool')), exact],
  LogicalNot: [shapes().chain((shape) => tensorOf(shape, 'bool').map((x) => ({ inputs: { x } }))), exact],
  Select: [selections, exact],
  Slice: [slices, exact],
  StridedSlice: [stridedSlices, exact],
  SplitV: [
    moved(1, (shape) =>
      axisOf(shape).map((axis) => ({
        axis,
        numOrSizeSplits: [0, Math.floor(shape[axis]! / 2), Math.ceil(shape[axis]! / 2)],
      })),
    ),
    exact,
  ],
  Unpack: [moved(1, (shape) => axisOf(shape).map((axis) => ({ axis })), 'value'), exact],
  Concat: [several(1, true), exact],
  Pack: [several(0, false), exact],
  PadV2: [
    moved(0, (shape) =>
      everyAxis(shape, () => fc.tuple(fc.nat(3), fc.nat(3))).map((paddings) => ({ paddings, constantValue: 1 })),
    ),
    exact,
  ],
  Tile: [moved(0, (shape) => everyAxis(shape, () => fc.nat(3)).map((reps) => ({ reps }))), exact],
  Transpose: [
    moved(0, (shape) => fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }).map((perm) => ({ perm }))),
    exact,
  ],
  Reverse: [moved(0, (shape) => fc.subarray([...shape.keys()]).map((dims) => ({ dims }))), exact],
  GatherV2: [gathers, exact],
  Cast: [
    fc
      .tuple(shapes(), dtypes, dtypes)
      .chain(([shape, from, dtype]) =>
        tensorOf(shape, from, fc.integer({ min: 0, max: 1 })).map((x) => ({ inputs: { x }, attributes: { dtype } })),
      ),
    exact,
  ],
  Sum: [reductions('axis', summable), exact],
  Mean: [reductions('axis', summable), rounding],
  Max: [reductions('reductionIndices'), exact],
  Min: [reductions('axis'), exact],
  Softmax: [softmaxes, rounding],
  UnsortedSegmentSum: [segmentSums, rounding * 4],
  _FusedMatMul: [products, rounding * 9],
  Conv2D: [convolutions, rounding * 60],
  FusedConv2D: [fusedConvolutions, rounding * 60],
  Conv2DBackpropFilter: [filterGradients, rounding * 60],
  Conv2DBackpropInput: [inputGradients, rounding * 60],
};

describe.each(['wasm', 'cpu'] as const)('on %s, ours = plain', (backend) => {
  it.each(Object.keys(laws))('%s', async (name) => {
    await useBackend('cpu');
    await useBackend(backend);
    const [cases, tolerance] = laws[name]!;
    fc.assert(
      fc.property(cases, (given) => expectSameAsPlain(name, backend, given, tolerance)),
      { numRuns: 150 },
    );
  });
});

it('are all that accelerate names', async () => {
  await useBackend('wasm');
  const [cpu, wasm] = await accelerate();
  expect(cpu!.kernels.toSorted()).toEqual([...Object.keys(laws), 'BatchMatMul'].sort());
  const left = cpu!.kernels.filter((name) => !wasm!.kernels.includes(name)); // XNNPACK's are as fast
  expect(left.sort()).toEqual(['Elu', 'Sigmoid', 'Softmax', 'Step', 'UnsortedSegmentSum']); // the last is missing there and not replaced
});

it('thousands of calls do not grow the wasm heap', async () => {
  await useBackend('wasm');
  const { memory } = (tf.backend() as WasmBackend).wasm.asm;
  const run = () =>
    tf.tidy(() => {
      const x = tf.ones([64, 96]);
      const rows = tf.unstack(tf.add(x, tf.ones([96])), 0);
      const parts = tf.split(
        tf.concat(
          rows.map((row) => tf.expandDims(row, 0)),
          0,
        ),
        4,
        1,
      );
      tf.softmax(tf.transpose(tf.stack(parts, 1), [2, 0, 1]));
      expect(() => tf.gather(x, tf.tensor1d([64], 'int32'))).toThrow('index 64 is not in [0, 63]');
      tf.fused.matMul({ a: x, b: x, transposeB: true, bias: tf.ones([64]), activation: 'relu' });
    });
  run();
  const before = [memory.buffer.byteLength, tf.memory().numDataBuffers];
  for (let i = 0; i < 300; i++) run();
  expect([memory.buffer.byteLength, tf.memory().numDataBuffers]).toEqual(before);
});
