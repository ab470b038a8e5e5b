/** Matrix product over packed panels, for all transpositions and strides. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';
import { type Call, ranges, runAll } from './threads/run-all.js';

type Operand = [pointer: number, stride: number, step: number, flag: boolean];
type Operands = [panelsA: number, panelsB: number, c: number, stride: number];
type Sizes = [m: number, n: number, k: number, batch: number, workspace: number];

export interface MatrixExports {
  packedProduct(
    ...parameters: [...panels: Operands, accumulate: boolean, m: number, n: number, k: number, tile: number]
  ): void;
  matrixWorkspace(m: number, n: number, k: number, transposeA: boolean, transposeB: boolean): number;
  matrixProduct(...parameters: [...a: Operand, ...b: Operand, ...c: Operand, ...Sizes]): void;
}

/** A row-major matrix of floats in the kernels' memory. */
export interface MatrixOperand {
  pointer: number;
  /** Whether the matrix lies there transposed. */
  transposed?: boolean;
  /** Floats from one row to the next; without it, rows lie side by side. */
  stride?: number;
  /** Floats from this matrix to that of the next product of the batch, 0 to use it again; without it, they lie side by side. */
  step?: number;
}

export interface MatrixProduct {
  a: MatrixOperand;
  b: MatrixOperand;
  c: Omit<MatrixOperand, 'transposed'>;
  m: number;
  n: number;
  k: number;
  /** How many products, 1 unless told. */
  batch?: number;
  /** Whether to add to what `c` holds. */
  accumulate?: boolean;
}

/** c [m,n] = a [m,k] · b [k,n], or c += a·b. `c` must not overlap the operands; k = 0 gives zeros. */
export function matrixProduct(kernels: Kernels, product: MatrixProduct): void {
  scope(kernels.memory, (allocate) => {
    const parts = split(kernels, withStrides(product));
    runAll(
      kernels,
      parts.map((part) => callFor(kernels, part, allocate)),
    );
  });
}

type Strided = Required<MatrixOperand>;
type StridedProduct = Required<MatrixProduct> & { a: Strided; b: Strided; c: Strided };

function withStrides({ a, b, c, m, n, k, batch = 1, accumulate = false }: MatrixProduct): StridedProduct {
  return { a: strided(a, m, k), b: strided(b, k, n), c: strided(c, m, n), m, n, k, batch, accumulate };
}

function strided({ pointer, stride, step, transposed = false }: MatrixOperand, rows: number, columns: number): Strided {
  return { pointer, transposed, stride: stride ?? (transposed ? rows : columns), step: step ?? rows * columns };
}

/** Cuts come at multiples of what the kernel ever takes together, so that they change no sum. */
const together = 16;

/** One part for each thread, if the product is worth it: of the batch, or else of the longer side of c. */
function split(kernels: Kernels, whole: StridedProduct): StridedProduct[] {
  const { a, b, c, m, n, k, batch } = whole;
  const work = 2 * m * n * k * batch;
  if (batch > 1) {
    return ranges(kernels, batch, 1, work).map(({ start, count }) => {
      const [partA, partB, partC] = [a, b, c].map((operand) => moved(operand, start * operand.step));
      return { ...whole, a: partA!, b: partB!, c: partC!, batch: count };
    });
  }
  if (n >= m) {
    return ranges(kernels, n, together, work).map(({ start, count }) => {
      return { ...whole, b: moved(b, b.transposed ? start * b.stride : start), c: moved(c, start), n: count };
    });
  }
  return ranges(kernels, m, together, work).map(({ start, count }) => {
    return { ...whole, a: moved(a, a.transposed ? start : start * a.stride), c: moved(c, start * c.stride), m: count };
  });
}

function moved(operand: Strided, floats: number): Strided {
  return { ...operand, pointer: operand.pointer + 4 * floats };
}

function callFor({ exports }: Kernels, product: StridedProduct, allocate: (bytes: number) => number): Call {
  const { a, b, c, m, n, k, batch, accumulate } = product;
  const bytes = exports.matrixWorkspace(m, n, k, a.transposed, b.transposed);
  const operands = [a, b].flatMap(({ pointer, stride, step, transposed }) => [
    pointer,
    stride,
    step,
    Number(transposed),
  ]);
  const target = [c.pointer, c.stride, c.step, Number(accumulate)];
  const workspace = bytes === 0 ? 0 : allocate(bytes);
  return { kernel: 'matrixProduct', parameters: [...operands, ...target, m, n, k, batch, workspace] };
}
