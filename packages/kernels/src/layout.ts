/** Moving numbers without changing them. */
import type { Kernels } from './load.js';

export interface LayoutExports {
  copyBlocks(
    ...parameters: [
      ...places: [from: number, to: number],
      ...blocks: [blocks: number, fromBlock: number, toBlock: number],
      ...rows: [rows: number, fromRow: number, toRow: number, bytes: number],
    ]
  ): void;
  transposeBlocks(
    ...parameters: [
      ...places: [from: number, to: number],
      ...blocks: [blocks: number, fromBlock: number, toBlock: number],
      ...rows: [rows: number, columns: number, fromRow: number, toRow: number],
    ]
  ): void;
  gatherRows(
    ...parameters: [
      ...places: [x: number, ids: number, out: number],
      ...sizes: [blocks: number, length: number, count: number, bytes: number],
    ]
  ): number;
}

/** Pointers, and strides in bytes: 0 repeats, a negative one goes backwards. */
export interface Blocks {
  from: number;
  to: number;
  blocks: number;
  fromBlock: number;
  toBlock: number;
  rows: number;
  fromRow: number;
  toRow: number;
}

/** Copies `blocks` × `rows` rows of `bytes` bytes. */
export function copyBlocks({ exports }: Kernels, places: Blocks, bytes: number): void {
  const { from, to, blocks, fromBlock, toBlock, rows, fromRow, toRow } = places;
  exports.copyBlocks(from, to, blocks, fromBlock, toBlock, rows, fromRow, toRow, bytes);
}

/** For each block: to [columns,rows] = from [rows,columns]ᵀ, of 4-byte numbers. */
export function transposeBlocks({ exports }: Kernels, places: Blocks, columns: number): void {
  const { from, to, blocks, fromBlock, toBlock, rows, fromRow, toRow } = places;
  exports.transposeBlocks(from, to, blocks, fromBlock, toBlock, rows, columns, fromRow, toRow);
}

/** Pointers to x [blocks,length] rows of `bytes` bytes, ids [count] int32, and out [blocks,count] rows. */
export interface RowGathering {
  x: number;
  ids: number;
  out: number;
  blocks: number;
  length: number;
  count: number;
  bytes: number;
}

/** The rows of every block that `ids` name; returns −1, or the position of the first id outside of [0, length). */
export function gatherRows({ exports }: Kernels, places: RowGathering): number {
  const { x, ids, out, blocks, length, count, bytes } = places;
  return exports.gatherRows(x, ids, out, blocks, length, count, bytes);
}
