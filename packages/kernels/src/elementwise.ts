/** Arithmetic, comparisons, choices and functions, element by element. */
import type { Kernels } from './load.js';

export type Arithmetic =
  | ('add' | 'sub' | 'multiply' | 'divide' | 'maximum' | 'minimum')
  | ('squaredDifference' | 'prelu');
export type Comparison = 'equal' | 'notEqual' | 'greater' | 'greaterEqual' | 'less' | 'lessEqual';
export type Connective = 'logicalAnd' | 'logicalOr';
export type ElementFunction =
  | ('exp' | 'expm1' | 'log' | 'sigmoid' | 'tanh' | 'erf' | 'elu' | 'relu' | 'leakyRelu' | 'clip' | 'step')
  | ('sqrt' | 'rsqrt' | 'reciprocal' | 'square' | 'neg' | 'abs' | 'floor');

type Operand = [pointer: number, row: number, column: number];
type OfRows = (...parameters: [...a: Operand, ...b: Operand, out: number, rows: number, columns: number]) => void;

export type ElementwiseExports = Record<Arithmetic | Comparison, OfRows> &
  Record<Connective, (a: number, b: number, out: number, n: number) => void> &
  Record<ElementFunction, (x: number, out: number, n: number, p: number, q: number) => void> & {
    logicalNot(x: number, out: number, n: number): void;
    select(mask: number, a: number, b: number, out: number, n: number): void;
  };

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

/**
 * out = a ∘ b, or a byte each for whether a ∘ b holds; prelu is a above 0 and a·b below. `out` may be an operand that lies side
 * by side, except for comparisons.
 */
export function binary(
  { exports }: Kernels,
  op: Arithmetic | Comparison,
  { a, b, out, rows, columns }: OverRows,
): void {
  exports[op](a.pointer, a.row, a.column, b.pointer, b.row, b.column, out, rows, columns);
}

/** out [n] bytes = a and b, or a or b; any byte but 0 is true. */
export function connect({ exports }: Kernels, op: Connective, a: number, b: number, out: number, n: number): void {
  exports[op](a, b, out, n);
}

/** out [n] bytes = not x. */
export function logicalNot({ exports }: Kernels, x: number, out: number, n: number): void {
  exports.logicalNot(x, out, n);
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
  x: number,
  out: number,
  n: number,
  p = 0,
  q = 0,
): void {
  exports[op](x, out, n, p, q);
}
