/** Recurrent kernels against the formulas in float64, and their way back against finite differences of those. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as kernel from '../index.js';
import { Arena, floats, loadKernels, type RecurrentShape } from '../index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Float32 over up to six steps; the activations are within 2e-7. */
const tolerance = 5e-6;

type Vector = Float64Array;
type State = { h: Vector; c: Vector };
/** One step for one sequence: projected inputs [G·U], the state before, recurrent weights [U,G·U] and bias [G·U]. */
type Step = (x: Vector, state: State, weights: Vector, bias: Vector) => State;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const units = (count: number, f: (u: number) => number) => Float64Array.from({ length: count }, (_, u) => f(u));

/** h·R, columns [from, from + U) of a matrix of `width` columns. */
const product = (h: Vector, weights: Vector, from: number) => {
  const width = weights.length / h.length;
  return units(h.length, (u) => h.reduce((sum, value, i) => sum + value * weights[i * width + from + u]!, 0));
};

const lstm: Step = (x, { h, c }, weights) => {
  const U = h.length;
  const sums = [0, 1, 2, 3].map((gate) => product(h, weights, gate * U).map((sum, u) => sum + x[gate * U + u]!));
  const cell = units(U, (u) => sigmoid(sums[1]![u]!) * c[u]! + sigmoid(sums[0]![u]!) * Math.tanh(sums[2]![u]!));
  return { h: units(U, (u) => sigmoid(sums[3]![u]!) * Math.tanh(cell[u]!)), c: cell };
};

const gru =
  (resetBefore: boolean): Step =>
  (x, { h, c }, weights, bias) => {
    const U = h.length;
    const gate = (index: number) =>
      product(h, weights, index * U).map((sum, u) => sigmoid(sum + x[index * U + u]! + bias[index * U + u]!));
    const [reset, update] = [gate(0), gate(1)];
    const hidden = resetBefore
      ? product(
          h.map((value, u) => value * reset[u]!),
          weights,
          2 * U,
        )
      : product(h, weights, 2 * U).map((sum, u) => reset[u]! * (sum + bias[2 * U + u]!));
    const candidate = hidden.map((value, u) => Math.tanh(value + x[2 * U + u]!));
    return { h: units(U, (u) => update[u]! * h[u]! + (1 - update[u]!) * candidate[u]!), c };
  };

const simple =
  (activate: (x: number) => number): Step =>
  (x, { h, c }, weights) => {
    return { h: product(h, weights, 0).map((sum, u) => activate(sum + x[u]!)), c };
  };

interface Tensors {
  projected: Vector;
  weights: Vector;
  bias: Vector;
  h0: Vector;
  c0: Vector;
}

/** A cell by its formula and its kernels: forward gives outputs, h and c; backward the gradients of what it has. */
interface Cell {
  step: Step;
  gates: number;
  forward(shape: RecurrentShape, p: Record<string, number>): void;
  backward(shape: RecurrentShape, p: Record<string, number>): void;
  saved: Record<string, number>;
  trained: (keyof Tensors)[];
}

type Loose = (kernels: kernel.Kernels, shape: object, pointers: Record<string, number>) => void;
const bind =
  (run: unknown, more: object = {}) =>
  (shape: RecurrentShape, p: Record<string, number>) =>
    (run as Loose)(kernels, { ...shape, ...more }, p);

const common: (keyof Tensors)[] = ['projected', 'weights', 'h0'];
const cells: Record<string, Cell> = {
  LSTM: {
    step: lstm,
    gates: 4,
    forward: bind(kernel.lstmForward),
    backward: bind(kernel.lstmBackward),
    saved: { gates: 4, hiddens: 1, cells: 1 },
    trained: [...common, 'c0'],
  },
  'GRU, reset after': {
    step: gru(false),
    gates: 3,
    forward: bind(kernel.gruResetAfterForward),
    backward: bind(kernel.gruResetAfterBackward),
    saved: { gates: 4, hiddens: 1 },
    trained: [...common, 'bias'],
  },
  'GRU, reset before': {
    step: gru(true),
    gates: 3,
    forward: bind(kernel.gruResetBeforeForward),
    backward: bind(kernel.gruResetBeforeBackward),
    saved: { gates: 3, hiddens: 1 },
    trained: common,
  },
  'SimpleRNN, tanh': {
    step: simple(Math.tanh),
    gates: 1,
    forward: bind(kernel.simpleRNNForward, { activation: 'tanh' }),
    backward: bind(kernel.simpleRNNBackward, { activation: 'tanh' }),
    saved: { hiddens: 1 },
    trained: common,
  },
  'SimpleRNN, relu': {
    step: simple((x) => Math.max(0, x)),
    gates: 1,
    forward: bind(kernel.simpleRNNForward, { activation: 'relu' }),
    backward: bind(kernel.simpleRNNBackward, { activation: 'relu' }),
    saved: { hiddens: 1 },
    trained: common,
  },
};

/** Runs the formula over a batch: outputs [B,T,U] and the final states [B,U]. */
function reference(step: Step, { batch, time, units: U }: RecurrentShape, mask: Uint8Array, tensors: Tensors) {
  const outputs = new Float64Array(batch * time * U);
  const h = tensors.h0.slice();
  const c = tensors.c0.slice();
  const width = tensors.bias.length;
  for (let b = 0; b < batch; b++) {
    const row = (x: Vector) => x.subarray(b * U, (b + 1) * U);
    for (let t = 0; t < time; t++) {
      if (!mask[b * time + t]) continue;
      const start = b * time + t;
      const x = tensors.projected.subarray(start * width, (start + 1) * width);
      const next = step(x, { h: row(h), c: row(c) }, tensors.weights, tensors.bias);
      row(h).set(next.h);
      row(c).set(next.c);
      outputs.set(next.h, start * U);
    }
  }
  return { outputs, h, c };
}

const random = (length: number) => Float64Array.from({ length }, () => Math.fround(Math.random() * 2 - 1));

function place(values: ArrayLike<number>): number {
  const pointer = arena.allocate(4 * values.length);
  floats(arena, pointer, values.length).set(values);
  return pointer;
}

function placeMask(mask: Uint8Array): number {
  const pointer = arena.allocate(mask.length);
  new Uint8Array(arena.memory.buffer, pointer, mask.length).set(mask);
  return pointer;
}

function close(actual: Float32Array, expected: Vector, what: string, scale = 1): void {
  for (const [i, value] of expected.entries()) {
    if (!(Math.abs(actual[i]! - value) <= scale * tolerance * (1 + Math.abs(value)))) {
      throw new Error(`${what}[${i}] is ${actual[i]}, expected ${value}`);
    }
  }
}

/** Forward and backward of one random example, both ways. NaN stands at the masked places of the inputs. */
function check(cell: Cell, shape: RecurrentShape, mask: Uint8Array, masked: boolean): void {
  const { batch, time, units: U } = shape;
  const start = arena.allocate(0);
  const width = cell.gates * U;
  const tensors: Tensors = {
    projected: random(batch * time * width),
    weights: random(U * width),
    bias: cell.trained.includes('bias') ? random(width) : new Float64Array(width),
    h0: random(batch * U),
    c0: random(batch * U),
  };
  const withNaN = tensors.projected.map((x, i) => (mask[Math.floor(i / width)] ? x : NaN));
  const p: Record<string, number> = { projected: place(withNaN), mask: masked ? placeMask(mask) : 0 };
  for (const name of ['weights', 'bias', 'h0', 'c0'] as const) p[name] = place(tensors[name]);
  const result: Record<string, number> = { outputs: batch * time * U, h: batch * U, c: batch * U };
  for (const [name, each] of Object.entries(cell.saved)) result[name] = batch * time * U * each;
  for (const [name, length] of Object.entries(result)) p[name] = place(new Float32Array(length).fill(NaN));

  cell.forward(shape, p);
  const expected = reference(cell.step, shape, mask, tensors);
  close(floats(arena, p.outputs!, result.outputs!), expected.outputs, 'outputs');
  close(floats(arena, p.h!, result.h!), expected.h, 'h');
  if (cell.trained.includes('c0')) close(floats(arena, p.c!, result.c!), expected.c, 'c');

  const errors = { outputs: random(result.outputs!), h: random(result.h!), c: random(result.c!) };
  if (!cell.trained.includes('c0')) errors.c.fill(0);
  const loss = () => {
    const { outputs, h, c } = reference(cell.step, shape, mask, tensors);
    const weigh = (x: Vector, by: Vector) => x.reduce((sum, value, i) => sum + value * by[i]!, 0);
    return weigh(outputs, errors.outputs) + weigh(h, errors.h) + weigh(c, errors.c);
  };
  Object.assign(p, { dOutputs: place(errors.outputs), dH: place(errors.h), dC: place(errors.c) });
  p.dProjected = place(withNaN);
  p.dWeights = place(tensors.weights);
  p.dBias = place(tensors.bias);
  const used = arena.used;
  cell.backward(shape, p);
  expect(arena.used).toBe(used);
  const found = { projected: p.dProjected, weights: p.dWeights, bias: p.dBias, h0: p.dH!, c0: p.dC! };
  for (const name of cell.trained) {
    const gradient = tensors[name].map((value, i, values) => {
      const step = 1e-5;
      const at = (moved: number) => {
        values[i] = moved;
        return loss();
      };
      const slope = (at(value + step) - at(value - step)) / (2 * step);
      values[i] = value;
      return slope;
    });
    close(floats(arena, found[name], gradient.length), gradient, `d${name}`, 4);
  }
  arena.free(start);
}

describe.each(Object.entries(cells))('%s', (_name, cell) => {
  it('equals its formula forward and backward, for ragged masks and sizes that fill no vector', () => {
    const size = fc.record({
      batch: fc.integer({ min: 1, max: 6 }),
      time: fc.integer({ min: 1, max: 5 }),
      units: fc.integer({ min: 1, max: 9 }),
    });
    const example = size.chain((shape) => {
      const steps = shape.batch * shape.time;
      return fc.tuple(fc.constant(shape), fc.uint8Array({ minLength: steps, maxLength: steps, max: 1 }), fc.boolean());
    });
    fc.assert(
      fc.property(example, ([shape, mask, masked]) => check(cell, shape, masked ? mask : mask.fill(1), masked)),
      { numRuns: 40 },
    );
  });

  it('carries the state over an empty sequence', () => {
    check(cell, { batch: 2, time: 0, units: 3 }, new Uint8Array(0), false);
  });
});

/** With recurrent weights 0, a simple RNN puts out tanh(x); a GRU with candidate 0 and state 1 puts out its update gate. */
it('tanh and the sigmoid are within 2e-7, and saturate', () => {
  const values = Float64Array.from({ length: 40001 }, (_, i) => Math.fround((i - 20000) / 500));
  const count = values.length;
  const shape = { batch: count, time: 1, units: 1 };
  const start = arena.allocate(0);
  const [outputs, h, hiddens, gates] = [1, 1, 1, 3].map((width) => place(new Float32Array(width * count)));
  const shared = { weights: place([0, 0, 0]), mask: 0, outputs: outputs!, h: h!, hiddens: hiddens! };
  const worst = (expected: (x: number) => number) =>
    Math.max(...floats(arena, outputs!, count).map((y, i) => Math.abs(y - expected(values[i]!))));

  const zeros = place(new Float32Array(count));
  kernel.simpleRNNForward(
    kernels,
    { ...shape, activation: 'tanh' },
    { ...shared, projected: place(values), h0: zeros },
  );
  expect(worst(Math.tanh)).toBeLessThan(2e-7);

  const projected = place([...values].flatMap((x) => [0, x, 0]));
  const ones = place(new Float32Array(count).fill(1));
  kernel.gruResetBeforeForward(kernels, shape, { ...shared, projected, h0: ones, gates: gates! });
  expect(worst(sigmoid)).toBeLessThan(2e-7);
  arena.free(start);
});
