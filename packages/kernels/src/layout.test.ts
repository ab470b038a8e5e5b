import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, copyBlocks, gatherRows, loadKernels, transposeBlocks } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;
const view = () => new Uint8Array(arena.memory.buffer);

/** Fresh bytes that are all different from their neighbours. */
function place(bytes: number): number {
  const pointer = arena.allocate(bytes);
  for (let i = 0; i < bytes; i++) view()[pointer + i] = (i * 37 + 11) & 255;
  return pointer;
}

it('copyBlocks copies its rows and nothing else, backwards and repeated too', () => {
  const setting = fc.record({
    blocks: fc.integer({ min: 0, max: 3 }),
    rows: fc.integer({ min: 0, max: 9 }),
    bytes: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(1, 4, 511, 512, 513, 700)),
    gap: fc.integer({ min: 0, max: 5 }),
    direction: fc.constantFrom(-1, 0, 1),
  });
  fc.assert(
    fc.property(setting, ({ blocks, rows, bytes, gap, direction }) => {
      const start = arena.allocate(0);
      const toRow = bytes + gap;
      const [fromBlock, toBlock] = [rows * bytes, rows * toRow + gap];
      const from = place(blocks * fromBlock + bytes);
      const to = place(blocks * toBlock + bytes);
      const expected = view().slice();
      const first = direction < 0 ? from + Math.max(0, rows - 1) * bytes : from;
      const fromRow = direction * bytes;
      for (let i = 0; i < blocks * rows; i++) {
        const [block, row] = [Math.floor(i / rows), i % rows];
        const source = first + block * fromBlock + row * fromRow;
        expected.copyWithin(to + block * toBlock + row * toRow, source, source + bytes);
      }
      copyBlocks(kernels, { from: first, to, blocks, fromBlock, toBlock, rows, fromRow, toRow }, bytes);
      expect(Buffer.compare(view(), expected)).toBe(0);
      arena.free(start);
    }),
  );
});

it('transposeBlocks = its definition, and touches nothing else', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(15, 16, 17, 33));
  fc.assert(
    fc.property(size, size, fc.integer({ min: 0, max: 3 }), (rows, columns, blocks) => {
      const start = arena.allocate(0);
      const [fromRow, toRow] = [4 * columns + 8, 4 * rows + 4];
      const [fromBlock, toBlock] = [rows * fromRow, columns * toRow];
      const from = place(blocks * fromBlock);
      const to = place(blocks * toBlock + 16);
      const expected = view().slice();
      for (let block = 0; block < blocks; block++) {
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            const source = from + block * fromBlock + i * fromRow + 4 * j;
            expected.copyWithin(to + block * toBlock + j * toRow + 4 * i, source, source + 4);
          }
        }
      }
      transposeBlocks(kernels, { from, to, blocks, fromBlock, toBlock, rows, fromRow, toRow }, columns);
      expect(Buffer.compare(view(), expected)).toBe(0);
      arena.free(start);
    }),
  );
});

it('gatherRows copies the rows that are named, and tells the first id that is none', () => {
  const ids = fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 7 });
  fc.assert(
    fc.property(ids, fc.constantFrom(1, 3, 4, 24), (given, bytes) => {
      const start = arena.allocate(0);
      const [blocks, length, count] = [2, 5, given.length];
      const x = place(blocks * length * bytes);
      const out = place(blocks * count * bytes);
      const pointer = arena.allocate(4 * count);
      new Int32Array(arena.memory.buffer, pointer, count).set(given);
      const bad = given.findIndex((id) => id < 0 || id >= length);
      expect(gatherRows(kernels, { x, ids: pointer, out, blocks, length, count, bytes })).toBe(bad);
      for (let i = 0; bad < 0 && i < blocks * count; i++) {
        const source = x + (Math.floor(i / count) * length + given[i % count]!) * bytes;
        const target = out + i * bytes;
        expect(view().slice(target, target + bytes)).toEqual(view().slice(source, source + bytes));
      }
      arena.free(start);
    }),
  );
});
