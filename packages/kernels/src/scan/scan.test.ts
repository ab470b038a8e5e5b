/** Scans are their recurrences, step by step; that the ways back are right is a law of the ops over them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, floats, gatedScan, gatedScanWidth, linearScan, loadKernels } from '../index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;
const small = fc.integer({ min: 1, max: 9 });
const flags = { complex: fc.boolean(), constant: fc.boolean(), reverse: fc.boolean() };
const shapes = fc.record({ batch: fc.integer({ min: 1, max: 3 }), time: small, units: small, ...flags });
const rules = fc.constantFrom('update', 'forget', 'independent', 'normalized');

/** A few float32 operations a step on numbers around 1. */
const tolerance = 1e-5;

function place(length: number): number {
  const pointer = arena.allocate(4 * length);
  floats(arena, pointer, length).set(Float32Array.from({ length }, () => Math.random() * 2 - 1));
  return pointer;
}

function placeMask(length: number): number {
  const pointer = arena.allocate(length);
  new Uint8Array(arena.memory.buffer, pointer, length).set(Array.from({ length }, () => Number(Math.random() < 0.7)));
  return pointer;
}

const read = (pointer: number, length: number) => Array.from(floats(arena, pointer, length));

/** Visits the real steps of each row in order; the others must give 0. */
function eachStep(
  { batch, time, reverse }: { batch: number; time: number; reverse: boolean },
  mask: number,
  visit: (b: number, row: number) => void,
  masked: (row: number) => void,
): void {
  const real = new Uint8Array(arena.memory.buffer, mask, batch * time);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < time; i++) {
      const row = b * time + (reverse ? time - 1 - i : i);
      if (real[row]) visit(b, row);
      else masked(row);
    }
  }
}

const scratch = (run: () => void) => {
  const start = arena.allocate(0);
  run();
  arena.free(start);
};

it('linearScan: h = a·h + b', () => {
  fc.assert(
    fc.property(shapes, (shape) =>
      scratch(() => {
        const { batch, time, units, complex, constant } = shape;
        const width = complex ? 2 * units : units;
        const [decay, input] = [place(constant ? width : batch * time * width), place(batch * time * width)];
        const [initial, mask] = [place(batch * width), placeMask(batch * time)];
        const [states, final] = [place(batch * time * width), place(batch * width)];
        linearScan(kernels, shape, { decay, input, mask, initial }, { states, final });
        const h = read(initial, batch * width);
        const [a, x, out] = [
          read(decay, constant ? width : batch * time * width),
          read(input, batch * time * width),
          read(states, batch * time * width),
        ];
        const visit = (b: number, row: number) => {
          const [at, from] = [b * width, constant ? 0 : row * width];
          const next = Array.from({ length: width }, (_, u) => {
            if (!complex) return a[from + u]! * h[at + u]! + x[row * width + u]!;
            const [re, im, isRe] = [u % units, (u % units) + units, u < units];
            const product = isRe
              ? a[from + re]! * h[at + re]! - a[from + im]! * h[at + im]!
              : a[from + re]! * h[at + im]! + a[from + im]! * h[at + re]!;
            return product + x[row * width + u]!;
          });
          h.splice(at, width, ...next);
          for (const [u, value] of next.entries())
            expect(Math.abs(out[row * width + u]! - value)).toBeLessThan(tolerance * 100);
        };
        eachStep(shape, mask, visit, (row) =>
          expect(out.slice(row * width, (row + 1) * width)).toEqual(new Array(width).fill(0)),
        );
        for (const [i, value] of read(final, batch * width).entries())
          expect(Math.abs(value - h[i]!)).toBeLessThan(tolerance * 100);
      }),
    ),
    { numRuns: 60 },
  );
});

it('gatedScan: c = a·c + w·v, shown through the output gate over the skip', () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  fc.assert(
    fc.property(shapes, rules, fc.boolean(), (given, rule, shows) =>
      scratch(() => {
        const shape = { ...given, rule, candidate: 'linear', output: shows ? 'tanh' : undefined } as const;
        const { batch, time, units } = shape;
        const gatesPerUnit = gatedScanWidth(rule, shape.output);
        const gates = place(batch * time * gatesPerUnit * units);
        const [skip, mask, initial] = [place(batch * time * units), placeMask(batch * time), place(batch * units)];
        const outputs = place(batch * time * units);
        const [memories, final] = [shows ? place(batch * time * units) : outputs, place(batch * units)];
        gatedScan(kernels, shape, { gates, skip, mask, initial }, { outputs, memories, final });
        const c = read(initial, batch * units);
        const [g, passed, out] = [
          read(gates, batch * time * gatesPerUnit * units),
          read(skip, batch * time * units),
          read(outputs, batch * time * units),
        ];
        const visit = (b: number, row: number) => {
          for (let u = 0; u < units; u++) {
            const gate = (i: number) => g[(row * gatesPerUnit + i) * units + u]!;
            const [f, i] = [sigmoid(gate(0)), sigmoid(gate(1))];
            const [a, w] = {
              update: [1 - f, f],
              forget: [f, 1 - f],
              independent: [f, i],
              normalized: [f / (f + i), i / (f + i)],
            }[rule] as [number, number];
            const next = a * c[b * units + u]! + w * gate(rule === 'update' || rule === 'forget' ? 1 : 2);
            c[b * units + u] = next;
            const from = passed[row * units + u]!;
            const shown = shows ? from + sigmoid(gate(gatesPerUnit - 1)) * (Math.tanh(next) - from) : next;
            expect(Math.abs(out[row * units + u]! - shown)).toBeLessThan(tolerance);
          }
        };
        eachStep(shape, mask, visit, (row) =>
          expect(out.slice(row * units, (row + 1) * units)).toEqual(new Array(units).fill(0)),
        );
        for (const [i, value] of read(final, batch * units).entries())
          expect(Math.abs(value - c[i]!)).toBeLessThan(tolerance);
      }),
    ),
    { numRuns: 60 },
  );
});
