/** Tolerance: functions good to 1e-6 (the error function) over numbers of at most 8. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type ActivationName,
  Arena,
  activate,
  activateGradient,
  floats,
  gate,
  gateGradient,
  loadKernels,
} from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
/** By Simpson's rule over the density. */
const normalShare = (x: number) => {
  const steps = 400;
  const density = (t: number) => Math.exp(-t * t * 0.5) / Math.sqrt(2 * Math.PI);
  const weight = (i: number) => (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2);
  const terms = Array.from({ length: steps + 1 }, (_, i) => weight(i) * density((x * i) / steps));
  return 0.5 + ((x / steps) * terms.reduce((a, b) => a + b, 0)) / 3;
};
const definitions: Record<ActivationName, (x: number) => number> = {
  relu: (x) => Math.max(x, 0),
  gelu: (x) => x * normalShare(x),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x * sigmoid(x),
  sigmoid,
  identity: (x) => x,
};

function place(values: ArrayLike<number>): number {
  const pointer = arena.allocate(4 * values.length);
  floats(arena, pointer, values.length).set(values);
  return pointer;
}

const finite = fc.float({ min: -8, max: 8, noNaN: true }).filter((x) => Math.abs(x) > 1e-2); // relu has a kink
const near = (actual: number, expected: number) => expect(Math.abs(actual - expected)).toBeLessThan(1e-5);

it.each(Object.entries(definitions))('%s, its gradient and its gate = the definition in float64', (name, f) => {
  const op = name as ActivationName;
  const slope = (x: number) => (f(x + 1e-4) - f(x - 1e-4)) / 2e-4;
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 3 }), (xs, rows) => {
      const start = arena.allocate(0);
      const n = xs.length;
      const [x, out] = [place(xs), place(xs)];
      activate(kernels, op, x, out, n);
      for (const [i, y] of floats(arena, out, n).entries()) near(y, f(xs[i]!));
      activateGradient(kernels, op, { x, dY: place(xs.map(() => 0.5)), dX: out }, n);
      for (const [i, y] of floats(arena, out, n).entries()) near(2 * y, slope(xs[i]!));

      const halves = Array.from({ length: rows }, (_, row) => [...xs.map((_, i) => i + row), ...xs]).flat();
      const made = { x: place(halves), out: place(new Float32Array(rows * n)) };
      gate(kernels, op, made, { rows, columns: n });
      for (const [i, y] of floats(arena, made.out, rows * n).entries()) {
        const a = (i % n) + Math.floor(i / n);
        expect(Math.abs(y - a * f(xs[i % n]!))).toBeLessThan(1e-5 * (1 + a));
      }
      const dX = place(new Float32Array(2 * rows * n));
      gateGradient(kernels, op, { x: made.x, dY: place(new Float32Array(rows * n).fill(1)), dX }, { rows, columns: n });
      for (const [i, y] of floats(arena, dX, 2 * rows * n).entries()) {
        const [row, at] = [Math.floor(i / (2 * n)), i % (2 * n)];
        const b = xs[at % n]!;
        near(y / (1 + n), (at < n ? f(b) : (at - n + row) * slope(b)) / (1 + n));
      }
      arena.free(start);
    }),
    { numRuns: 60 },
  );
});
