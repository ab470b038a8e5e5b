/** Moving numbers without changing them: strided copies, transposition, rows by index. */
import { transpose4 } from './packing';

/**
 * Copies `blocks` × `rows` rows of `bytes` bytes. Strides are in bytes and may be 0 (a row again and again) or negative: slices,
 * concatenation, padding, repetition and reversal are all such copies.
 */
export function copyBlocks(
  from: usize, to: usize, blocks: i32, fromBlock: i32, toBlock: i32, rows: i32, fromRow: i32, toRow: i32, bytes: i32,
): void {
  for (let block = 0; block < blocks; block++, from += <usize>fromBlock, to += <usize>toBlock) {
    if (bytes == 4) copyWords(from, to, rows, <usize>fromRow, <usize>toRow);
    else if (bytes == 1) copyBytes(from, to, rows, <usize>fromRow, <usize>toRow);
    else copyRows(from, to, rows, <usize>fromRow, <usize>toRow, <usize>bytes);
  }
}

const SHORT: usize = 512; // below, a loop is faster than the runtime's memory.copy

function copyRows(from: usize, to: usize, rows: i32, fromRow: usize, toRow: usize, bytes: usize): void {
  for (let row = 0; row < rows; row++, from += fromRow, to += toRow) {
    if (bytes > SHORT) memory.copy(to, from, bytes);
    else if (bytes >= 16) copyShort(from, to, bytes);
    else for (let i: usize = 0; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

/** 16 bytes at a time; the last 16 overlap what has been copied already. */
@inline
function copyShort(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  if (bytes & 15) v128.store(to + bytes - 16, v128.load(from + bytes - 16));
}

function copyWords(from: usize, to: usize, count: i32, fromStep: usize, toStep: usize): void {
  if (fromStep == 0 && toStep == 4) {
    const value = v128.load_splat<u32>(from);
    for (; count >= 4; count -= 4, to += 16) v128.store(to, value);
  }
  for (; count > 0; count--, from += fromStep, to += toStep) store<u32>(to, load<u32>(from));
}

function copyBytes(from: usize, to: usize, count: i32, fromStep: usize, toStep: usize): void {
  if (fromStep == 0 && toStep == 1) return memory.fill(to, load<u8>(from), <usize>count);
  for (; count > 0; count--, from += fromStep, to += toStep) store<u8>(to, load<u8>(from));
}

/** For each block: to [columns,rows] = from [rows,columns]ᵀ, of 4-byte numbers; strides are in bytes. */
export function transposeBlocks(
  from: usize, to: usize, blocks: i32, fromBlock: i32, toBlock: i32, rows: i32, columns: i32, fromRow: i32, toRow: i32,
): void {
  for (let block = 0; block < blocks; block++, from += <usize>fromBlock, to += <usize>toBlock) {
    for (let column = 0; column < columns; column += 16) { // so that each line of the cache is read once
      const source = from + (<usize>column << 2);
      transposeBand(source, to + <usize>(column * toRow), rows, min(columns - column, 16), <usize>fromRow, <usize>toRow);
    }
  }
}

function transposeBand(from: usize, to: usize, rows: i32, columns: i32, fromRow: usize, toRow: usize): void {
  const wholeRows = rows & ~3, wholeColumns = columns & ~3;
  for (let row = 0; row < wholeRows; row += 4) {
    const source = from + <usize>row * fromRow, target = to + (<usize>row << 2);
    for (let column = 0; column < wholeColumns; column += 4) {
      transpose4(target + <usize>column * toRow, toRow, source + (<usize>column << 2), fromRow);
    }
  }
  for (let column = 0; column < columns; column++) {
    for (let row = column < wholeColumns ? wholeRows : 0; row < rows; row++) {
      store<u32>(to + <usize>column * toRow + (<usize>row << 2), load<u32>(from + <usize>row * fromRow + (<usize>column << 2)));
    }
  }
}

/**
 * out [blocks,count,bytes] = the rows `ids` [count] of each block of x [blocks,length,bytes]. Returns −1, or the position of an
 * id outside of [0, length), having copied nothing from there on.
 */
export function gatherRows(x: usize, ids: usize, out: usize, blocks: i32, length: i32, count: i32, bytes: i32): i32 {
  for (let block = 0; block < blocks; block++, x += <usize>length * <usize>bytes) {
    for (let i = 0; i < count; i++, out += <usize>bytes) {
      const id = load<i32>(ids + (<usize>i << 2));
      if (<u32>id >= <u32>length) return i;
      copyRows(x + <usize>id * <usize>bytes, out, 1, 0, 0, <usize>bytes);
    }
  }
  return -1;
}
