import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Arena,
  binary,
  connect,
  type ElementFunction,
  floats,
  loadKernels,
  logicalNot,
  select,
  unary,
} from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Of functions, against float64; arithmetic is exact. */
const relative = 5e-7;
const absolute = 1e-7;

function place(values: ArrayLike<number>): number {
  const pointer = arena.allocate(4 * values.length);
  floats(arena, pointer, values.length).set(values);
  return pointer;
}

function bytes(values: ArrayLike<number>): number {
  const pointer = arena.allocate(values.length);
  new Uint8Array(arena.memory.buffer, pointer, values.length).set(values);
  return pointer;
}

const special = [NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40, 3.4e38, -3.4e38];
const number = fc.oneof(fc.float({ min: -100, max: 100, noNaN: true }), fc.constantFrom(...special));
const numbers = fc.array(number, { minLength: 1, maxLength: 21 });

const functions: Record<ElementFunction, (x: number) => number> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  erf: (x) => (Math.abs(x) > 5 ? Math.sign(x) : series(x)),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => (x < 0 ? Math.fround(0.2) * x : x),
  clip: (x) => Math.min(Math.max(x, Math.fround(0.2)), 3),
  step: (x) => (Number.isNaN(x) ? x : x > 0 ? 1 : Math.fround(0.2)),
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  square: (x) => x * x,
  neg: (x) => -x,
  abs: Math.abs,
  floor: Math.floor,
};

/** erf by its Taylor series, in float64. */
function series(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe('unary = the function in float64', () => {
  it.each(Object.keys(functions) as ElementFunction[])('%s', (op) => {
    const check = (values: number[]) => {
      const start = arena.allocate(0);
      const x = place(values);
      unary(kernels, op, x, x, values.length, 0.2, 3);
      for (const [i, found] of floats(arena, x, values.length).entries()) {
        const expected = Math.fround(functions[op](Math.fround(values[i]!)));
        if (!Number.isFinite(expected)) expect(found, `${op}(${values[i]})`).toBe(expected);
        else {
          const allowed =
            op === 'erf' ? 6e-7 : absolute * Math.min(1, Math.abs(values[i]!)) + relative * Math.abs(expected);
          expect(Math.abs(found - expected), `${op}(${values[i]})`).toBeLessThanOrEqual(allowed + 3e-38);
        }
      }
      arena.free(start);
    };
    check(special);
    check(Array.from({ length: 4000 }, (_, i) => (i - 2000) / 20));
    check(Array.from({ length: 400 }, (_, i) => 10 ** (i / 20 - 18)));
    fc.assert(fc.property(numbers, check));
  });
});

/** Two operands over [rows,columns], each a matrix, a row, a column or a number, all values special or not. */
const operands = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 19 }) })
  .chain((size) => {
    const operand = fc.record({
      row: fc.constantFrom(0, 1, size.columns),
      values: fc.array(number, { minLength: size.rows * size.columns, maxLength: size.rows * size.columns }),
      single: fc.boolean(),
    });
    return fc.record({ size: fc.constant(size), a: operand, b: operand });
  });

const arithmetic = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  squaredDifference: (a: number, b: number) => Math.fround(a - b) ** 2,
  prelu: (a: number, b: number) => (a < 0 ? a * b : a),
};
const comparisons = {
  equal: (a: number, b: number) => a === b,
  notEqual: (a: number, b: number) => a !== b,
  greater: (a: number, b: number) => a > b,
  greaterEqual: (a: number, b: number) => a >= b,
  less: (a: number, b: number) => a < b,
  lessEqual: (a: number, b: number) => a <= b,
};

it('binary and compare = their definitions, bit by bit, whatever is repeated', () => {
  const check = ({ size: { rows, columns }, a, b }: typeof operands extends fc.Arbitrary<infer T> ? T : never) => {
    const start = arena.allocate(0);
    const at = ({ row, single, values }: typeof a, i: number, j: number) =>
      Math.fround(values[i * (single ? Math.min(row, 1) : row) + (single ? 0 : j)] ?? 0);
    const operand = ({ row, single, values }: typeof a) => ({
      pointer: place([...values, ...values]),
      row: single ? Math.min(row, 1) : row,
      column: single ? (0 as const) : (1 as const),
    });
    if (columns > 1 && a.single) b.single = false;
    if (!a.single && a.row === 1) a.row = columns;
    if (!b.single && b.row === 1) b.row = columns;
    const places = { a: operand(a), b: operand(b), out: place(a.values), rows, columns };
    const each = (f: (x: number, y: number) => number) =>
      Array.from({ length: rows * columns }, (_, k) => {
        const [i, j] = [Math.floor(k / columns), k % columns];
        return f(at(a, i, j), at(b, i, j));
      });
    for (const [op, f] of Object.entries(arithmetic)) {
      binary(kernels, op as keyof typeof arithmetic, places);
      expect(Array.from(floats(arena, places.out, rows * columns)), op).toEqual(each((x, y) => Math.fround(f(x, y))));
    }
    for (const [op, f] of Object.entries(comparisons)) {
      binary(kernels, op as keyof typeof comparisons, places);
      const found = Array.from(new Uint8Array(arena.memory.buffer, places.out, rows * columns));
      expect(found, op).toEqual(each((x, y) => Number(f(x, y))));
    }
    arena.free(start);
  };
  fc.assert(fc.property(operands, check), { numRuns: 300 });
});

it('logic and select take any byte but 0 for true', () => {
  const bits = fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 255), fc.constantFrom(0, 1, 128)), {
    minLength: 1,
    maxLength: 37,
  });
  const check = (pairs: [number, number][]) => {
    const start = arena.allocate(0);
    const n = pairs.length;
    const [a, b, out] = [bytes(pairs.map(([x]) => x)), bytes(pairs.map(([, y]) => y)), bytes(new Array(n).fill(9))];
    const found = () => Array.from(new Uint8Array(arena.memory.buffer, out, n));
    connect(kernels, 'logicalAnd', a, b, out, n);
    expect(found()).toEqual(pairs.map(([x, y]) => (x && y ? 1 : 0)));
    connect(kernels, 'logicalOr', a, b, out, n);
    expect(found()).toEqual(pairs.map(([x, y]) => (x || y ? 1 : 0)));
    logicalNot(kernels, a, out, n);
    expect(found()).toEqual(pairs.map(([x]) => (x ? 0 : 1)));
    const given = pairs.map((_, i) => i + 1);
    const [up, down, chosen] = [place(given), place(given.map((value) => -value)), place(given.map(() => 0))];
    select(kernels, a, up, down, chosen, n);
    expect(Array.from(floats(arena, chosen, n))).toEqual(given.map((value, i) => (pairs[i]![0] ? value : -value)));
    arena.free(start);
  };
  fc.assert(fc.property(bits, check));
});
