/** Strided copies: whatever only moves numbers is one of them, in as few and as long runs as the layouts allow. */
import { copyBlocks, type Kernels, transposeBlocks } from '@seqloom/kernels';
import { eachOuter, type Loops, loopAt, merged } from './strides.js';

/** Where a copy reads and writes: addresses in bytes, strides in elements, one for each axis. */
export interface Copy {
  from: number;
  fromStrides: readonly number[];
  to: number;
  toStrides: readonly number[];
  shape: readonly number[];
  /** Of an element: 4, or 1 for bool. */
  bytes: number;
}

/** Copies every element of `shape` from its place to its place. */
export function copyStrided(kernels: Kernels, copy: Copy): void {
  if (copy.shape.includes(0)) return;
  const loops = merged(copy.shape, copy.fromStrides, copy.toStrides);
  const [fromStep, toStep] = loopAt(loops, 0).steps;
  const along = loops.strides[0]!.indexOf(1); // where the source lies side by side
  const turned = along >= 0 && along < loops.lengths.length - 1 && fromStep !== 0 && toStep === 1;
  if (turned && copy.bytes === 4) transposeRuns(kernels, copy, loops, along);
  else copyRuns(kernels, copy, loops);
}

/** Copies the innermost loop as one run of bytes where both sides lie side by side, element by element elsewhere. */
function copyRuns(kernels: Kernels, { from, to, bytes }: Copy, loops: Loops): void {
  const last = loopAt(loops, 0);
  const whole = last.steps.every((step) => step === 1);
  const inner = whole ? 1 : 0;
  const [rows, blocks] = [loopAt(loops, inner), loopAt(loops, inner + 1)];
  const [fromRow, toRow] = rows.steps.map((step) => bytes * step) as [number, number];
  const [fromBlock, toBlock] = blocks.steps.map((step) => bytes * step) as [number, number];
  const sizes = { blocks: blocks.length, fromBlock, toBlock, rows: rows.length, fromRow, toRow };
  eachOuter(loops, inner + 2, (fromOffset, toOffset) => {
    const places = { from: from + bytes * fromOffset!, to: to + bytes * toOffset!, ...sizes };
    copyBlocks(kernels, places, whole ? bytes * last.length : bytes);
  });
}

/** The source lies side by side along one loop and the target along the last: tiles of these two, for every turn of the others. */
function transposeRuns(kernels: Kernels, { from, to }: Copy, { lengths, strides }: Loops, along: number): void {
  const last = lengths.length - 1;
  const outer = <T>(values: readonly T[]) => values.filter((_, loop) => loop !== along && loop !== last);
  const others: Loops = { lengths: outer(lengths), strides: strides.map(outer) };
  const [rows, columns] = [lengths[last]!, lengths[along]!];
  const [fromRow, toRow] = [4 * strides[0]![last]!, 4 * strides[1]![along]!];
  const blocks = loopAt(others, 0);
  const [fromBlock, toBlock] = blocks.steps.map((step) => 4 * step) as [number, number];
  const sizes = { blocks: blocks.length, fromBlock, toBlock, rows, fromRow, toRow };
  eachOuter(others, 1, (fromOffset, toOffset) =>
    transposeBlocks(kernels, { from: from + 4 * fromOffset!, to: to + 4 * toOffset!, ...sizes }, columns),
  );
}
