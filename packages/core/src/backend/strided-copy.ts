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
  const last = loopAt(loops, 0);
  const along = last.first > 1 || last.first < 0 ? loops.first.indexOf(1) : -1; // where the source lies side by side
  if (along >= 0 && last.second === 1 && copy.bytes === 4) transposeRuns(kernels, copy, loops, along);
  else copyRuns(kernels, copy, loops);
}

/** Copies the innermost loop as one run of bytes where both sides lie side by side, element by element elsewhere. */
function copyRuns(kernels: Kernels, { from, to, bytes }: Copy, loops: Loops): void {
  const last = loopAt(loops, 0);
  const whole = last.first === 1 && last.second === 1;
  const inner = whole ? 1 : 0;
  const [rows, blocks] = [loopAt(loops, inner), loopAt(loops, inner + 1)];
  const run = whole ? bytes * last.length : bytes;
  eachOuter(loops, inner + 2, (fromOffset, toOffset) =>
    copyBlocks(
      kernels,
      {
        from: from + bytes * fromOffset,
        to: to + bytes * toOffset,
        blocks: blocks.length,
        fromBlock: bytes * blocks.first,
        toBlock: bytes * blocks.second,
        rows: rows.length,
        fromRow: bytes * rows.first,
        toRow: bytes * rows.second,
      },
      run,
    ),
  );
}

/** The source lies side by side along one loop and the target along the last: tiles of these two, for every turn of the others. */
function transposeRuns(kernels: Kernels, { from, to }: Copy, loops: Loops, along: number): void {
  const last = loopAt(loops, 0);
  const columns = loops.lengths[along]!;
  const toRow = 4 * loops.second[along]!;
  const others = {
    lengths: without(loops.lengths, along),
    first: without(loops.first, along),
    second: without(loops.second, along),
  };
  const blocks = loopAt(others, 0);
  eachOuter(others, 1, (fromOffset, toOffset) =>
    transposeBlocks(
      kernels,
      {
        from: from + 4 * fromOffset,
        to: to + 4 * toOffset,
        blocks: blocks.length,
        fromBlock: 4 * blocks.first,
        toBlock: 4 * blocks.second,
        rows: last.length,
        fromRow: 4 * last.first,
        toRow,
      },
      columns,
    ),
  );
}

/** All but the one at `along` and the last. */
function without(values: readonly number[], along: number): number[] {
  return values.filter((_, loop) => loop !== along && loop !== values.length - 1);
}
