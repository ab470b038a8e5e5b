import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, floats, integers, loadKernels, scope, segmentSum } from './index.js';

const kernels = await loadKernels(new Arena());
const { memory } = kernels;

it('adds each row to its segment, in order, and drops ids that are no segment', () => {
  const ids = fc.array(fc.integer({ min: -2, max: 8 }), { maxLength: 30 });
  fc.assert(
    fc.property(ids, fc.nat(11), fc.nat(7), (ids, width, segments) => {
      scope(memory, (allocate) => {
        const rows = allocate(4 * ids.length * width);
        const idsAt = allocate(4 * ids.length);
        const sums = allocate(4 * segments * width);
        const values = Float32Array.from({ length: ids.length * width }, () => Math.random() - 0.5);
        floats(memory, rows, values.length).set(values);
        integers(memory, idsAt, ids.length).set(ids);
        floats(memory, sums, segments * width).fill(NaN);
        const expected = new Float32Array(segments * width);
        for (const [i, id] of ids.entries()) {
          if (id < 0 || id >= segments) continue;
          for (let j = 0; j < width; j++) expected[id * width + j]! += values[i * width + j]!;
        }
        segmentSum(kernels, { rows, ids: idsAt, sums, count: ids.length, width, segments });
        expect(floats(memory, sums, expected.length)).toEqual(expected);
      });
    }),
  );
});
