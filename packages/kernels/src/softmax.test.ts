/** Tolerance: exponentials good to 2e-7, and sums of at most 40 of them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  Arena,
  crossEntropy,
  crossEntropyGradient,
  floats,
  integers,
  loadKernels,
  maskedSoftmax,
  softmaxGradient,
} from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;
const tolerance = 4e-6;

function place(length: number, draw: () => number = () => Number.NaN) {
  const pointer = arena.allocate(4 * length);
  const values = Float32Array.from({ length }, draw);
  floats(arena, pointer, length).set(values);
  return { pointer, values, now: () => floats(arena, pointer, length) };
}

function placeBytes(bytes: Uint8Array): number {
  const pointer = arena.allocate(bytes.length);
  new Uint8Array(arena.memory.buffer, pointer, bytes.length).set(bytes);
  return pointer;
}

function expectNear(actual: Float32Array, expected: Float64Array, what: string): void {
  for (const [i, value] of expected.entries()) {
    if (!(Math.abs(actual[i]! - value) <= tolerance)) throw new Error(`${what}[${i}]: ${actual[i]}, expected ${value}`);
  }
}

const normal = () => (Math.random() - 0.5) * 8;
const bits = (length: number) => Uint8Array.from({ length }, () => (Math.random() < 0.6 ? 1 : 0));

const grids = fc.record({
  blocks: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 1, max: 4 }),
  columns: fc.integer({ min: 1, max: 19 }),
  sharesRows: fc.boolean(),
  sharesBlocks: fc.boolean(),
});

it('maskedSoftmax and its gradient = the definition in float64, whatever the mask is shared by', () => {
  fc.assert(
    fc.property(grids, ({ blocks, rows, columns, sharesRows, sharesBlocks }) => {
      const start = arena.allocate(0);
      const rowStep = sharesRows ? 0 : columns;
      const blockStep = sharesBlocks ? 0 : sharesRows ? columns : rows * columns;
      const bytes = bits(blocks * rows * columns);
      const mask = placeBytes(bytes);
      const allowed = (n: number) =>
        bytes[
          Math.floor(n / (rows * columns)) * blockStep + (Math.floor(n / columns) % rows) * rowStep + (n % columns)
        ];
      const size = blocks * rows * columns;
      let n = 0;
      const x = place(size, () => (allowed(n++) ? (Math.random() < 0.1 ? -Infinity : normal()) : Number.NaN));
      const [weights, dX] = [place(size), place(size)];
      const dWeights = place(size, normal);
      const sizes = { blocks, rows, columns, blockStep, rowStep };
      maskedSoftmax(kernels, { x: x.pointer, mask, weights: weights.pointer, ...sizes });
      const pointers = { weights: weights.pointer, dWeights: dWeights.pointer, dX: dX.pointer };
      softmaxGradient(kernels, { ...pointers, rows: blocks * rows, columns });

      const [expected, slope] = [new Float64Array(size), new Float64Array(size)];
      for (let at = 0; at < size; at += columns) {
        const places = Array.from({ length: columns }, (_, j) => at + j);
        const powers = places.map((i) => (allowed(i) ? Math.exp(x.values[i]!) : 0));
        const sum = powers.reduce((a, b) => a + b, 0);
        for (const [j, i] of places.entries()) expected[i] = sum ? powers[j]! / sum : 0;
        const mean = places.reduce((a, i) => a + expected[i]! * dWeights.values[i]!, 0);
        for (const i of places) slope[i] = expected[i]! * (dWeights.values[i]! - mean);
      }
      expectNear(weights.now(), expected, 'weights');
      expectNear(dX.now(), slope, 'dX');
      arena.free(start);
    }),
    { numRuns: 300 },
  );
});

const batches = fc.record({
  rows: fc.integer({ min: 1, max: 6 }),
  columns: fc.integer({ min: 1, max: 40 }),
  offset: fc.constantFrom(0, 1e4, -1e4),
  smoothing: fc.constantFrom(0, 0.25),
});

it('crossEntropy and its gradient = the definition in float64; rows that do not count are not read', () => {
  fc.assert(
    fc.property(batches, ({ rows, columns, offset, smoothing }) => {
      const start = arena.allocate(0);
      const bytes = bits(rows);
      let n = 0;
      const logits = place(rows * columns, () => (bytes[Math.floor(n++ / columns)] ? offset + normal() : Number.NaN));
      const ids = Int32Array.from(bytes, (real) => (real ? Math.floor(Math.random() * columns) : 1e9));
      const targets = arena.allocate(4 * rows);
      integers(arena, targets, rows).set(ids);
      const [loss, shifts, dLogits] = [place(1), place(2 * rows), place(rows * columns)];
      const dLoss = place(1, normal);
      const sizes = { rows, columns, smoothing };
      const call = { logits: logits.pointer, targets, mask: placeBytes(bytes), shifts: shifts.pointer, ...sizes };
      expect(crossEntropy(kernels, call, loss.pointer)).toBe(-1);
      crossEntropyGradient(kernels, call, { dLoss: dLoss.pointer, dLogits: dLogits.pointer });

      const real = [...bytes.keys()].filter((row) => bytes[row]);
      const slope = new Float64Array(rows * columns);
      let sum = 0;
      for (const row of real) {
        const values = [...logits.values.subarray(row * columns, (row + 1) * columns)];
        const powers = values.map((value) => Math.exp(value - offset));
        const total = powers.reduce((a, b) => a + b, 0);
        sum += Math.log(total) + offset;
        for (const [j, power] of powers.entries()) {
          const target = smoothing / columns + (j === ids[row] ? 1 - smoothing : 0);
          sum -= target * values[j]!;
          slope[row * columns + j] = ((power / total - target) * dLoss.values[0]!) / real.length;
        }
      }
      expectNear(loss.now(), Float64Array.of(sum / Math.max(1, real.length)), 'loss');
      expectNear(dLogits.now(), slope, 'dLogits');
      arena.free(start);
    }),
    { numRuns: 300 },
  );
});

it('crossEntropy names the first row whose target is no column', () => {
  const start = arena.allocate(0);
  const [logits, loss, shifts] = [place(12, normal), place(1), place(8)];
  const targets = arena.allocate(16);
  integers(arena, targets, 4).set([0, -1, 3, 2]);
  const call = {
    logits: logits.pointer,
    targets,
    mask: placeBytes(Uint8Array.of(1, 0, 1, 1)),
    rows: 4,
    columns: 3,
    smoothing: 0,
  };
  expect(crossEntropy(kernels, { ...call, shifts: shifts.pointer }, loss.pointer)).toBe(2);
  expect(loss.now()[0]).toBeNaN();
  arena.free(start);
});
