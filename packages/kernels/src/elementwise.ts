/** Arithmetic, comparisons, choices and functions, element by element. */
import type { Kernels } from './load.js';

type Operand = [pointer: number, row: number, column: number];

export interface ElementwiseExports {
  binary(op: number, ...parameters: [...a: Operand, ...b: Operand, out: number, rows: number, columns: number]): void;
  compare(op: number, ...parameters: [...a: Operand, ...b: Operand, out: number, rows: number, columns: number]): void;
  logic(op: number, a: number, b: number, out: number, n: number): void;
  select(mask: number, a: number, b: number, out: number, n: number): void;
  unary(op: number, x: number, out: number, n: number, p: number, q: number): void;
}

const arithmetic = ['add', 'sub', 'multiply', 'divide', 'maximum', 'minimum', 'squaredDifference', 'prelu'] as const;
const comparisons = ['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'] as const;
const connectives = ['and', 'or', 'not'] as const;
// biome-ignore format: one row for what is smooth, one for what is not
const functions = [
  'exp', 'expm1', 'log', 'sigmoid', 'tanh', 'erf', 'elu',
  'relu', 'leakyRelu', 'clip', 'step', 'sqrt', 'rsqrt', 'reciprocal', 'square', 'neg', 'abs', 'floor',
] as const;

export type Arithmetic = (typeof arithmetic)[number];
export type Comparison = (typeof comparisons)[number];
export type Connective = (typeof connectives)[number];
export type ElementFunction = (typeof functions)[number];

/** Floats over [rows,columns]: `row` floats from one row to the next (0: always the same), `column` 1, or 0 where a row is one number (in one operand only). */
export interface RowOperand {
  pointer: number;
  row: number;
  column: 0 | 1;
}

/** Pointers to two operands and to the result, [rows,columns] side by side. */
export interface OverRows {
  a: RowOperand;
  b: RowOperand;
  out: number;
  rows: number;
  columns: number;
}

/** out = a ∘ b; prelu is a above 0 and a·b below. `out` may be an operand that lies side by side. */
export function binary({ exports }: Kernels, op: Arithmetic, { a, b, out, rows, columns }: OverRows): void {
  const code = arithmetic.indexOf(op);
  exports.binary(code, a.pointer, a.row, a.column, b.pointer, b.row, b.column, out, rows, columns);
}

/** out = whether a ∘ b, a byte each. */
export function compare({ exports }: Kernels, op: Comparison, { a, b, out, rows, columns }: OverRows): void {
  const code = comparisons.indexOf(op);
  exports.compare(code, a.pointer, a.row, a.column, b.pointer, b.row, b.column, out, rows, columns);
}

/** out [n] bytes = a and b, a or b, not a (whatever `b` is). */
export function logic({ exports }: Kernels, op: Connective, a: number, b: number, out: number, n: number): void {
  exports.logic(connectives.indexOf(op), a, b, out, n);
}

/** out [n] of 4-byte numbers = a where the byte of the mask is not 0, else b. */
export function select({ exports }: Kernels, mask: number, a: number, b: number, out: number, n: number): void {
  exports.select(mask, a, b, out, n);
}

/**
 * out [n] = f(x), relative error below 5e-7 (erf: absolute, 6e-7). `p` is the slope of leakyRelu and step below 0, `p` and `q`
 * are the bounds of clip. `out` may be x.
 */
export function unary(
  { exports }: Kernels,
  op: ElementFunction,
  { x, out, n, p = 0, q = 0 }: { x: number; out: number; n: number; p?: number; q?: number },
): void {
  exports.unary(functions.indexOf(op), x, out, n, p, q);
}
