/** Recurrent kernels against the formulas in float64, and their way back against finite differences of those. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Arena,
  floats,
  gateCount,
  loadKernels,
  type ScanCell,
  type ScanShape,
  savedGates,
  scanBackward,
  scanForward,
} from '../index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Float32 over up to six steps; the activations are within 2e-7. */
const tolerance = 5e-6;

type Vector = Float64Array;
type State = { h: Vector; c: Vector };
/** One step for one sequence: projected inputs [G·U], the state before, recurrent weights [U,G·U] and recurrent bias [G·U]. */
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
  x: Vector;
  weight: Vector;
  bias: Vector;
  recurrent: Vector;
  recurrentBias: Vector;
  h0: Vector;
  c0: Vector;
}

const steps: Record<ScanCell, Step> = {
  lstm,
  gruResetAfter: gru(false),
  gruResetBefore: gru(true),
  simpleTanh: simple(Math.tanh),
  simpleRelu: simple((x) => Math.max(0, x)),
};

/** The tensors that a cell has gradients for. */
function trained(cell: ScanCell): (keyof Tensors)[] {
  const more = { lstm: ['c0'], gruResetAfter: ['recurrentBias'] }[cell as string] ?? [];
  return ['x', 'weight', 'bias', 'recurrent', 'h0', ...(more as (keyof Tensors)[])];
}

/** Runs the formula over a batch: outputs [B,T,U] and the final states [B,U]. */
function reference(step: Step, shape: ScanShape, mask: Uint8Array, tensors: Tensors) {
  const { batch, time, inputSize: D, units: U, reverse } = shape;
  const outputs = new Float64Array(batch * time * U);
  const h = tensors.h0.slice();
  const c = tensors.c0.slice();
  const width = tensors.bias.length;
  for (let b = 0; b < batch; b++) {
    const row = (x: Vector) => x.subarray(b * U, (b + 1) * U);
    for (let i = 0; i < time; i++) {
      const index = b * time + (reverse ? time - 1 - i : i);
      if (!mask[index]) continue;
      const projected = tensors.bias.map((bias, j) => {
        for (let d = 0; d < D; d++) bias += tensors.x[index * D + d]! * tensors.weight[d * width + j]!;
        return bias;
      });
      const next = step(projected, { h: row(h), c: row(c) }, tensors.recurrent, tensors.recurrentBias);
      row(h).set(next.h);
      row(c).set(next.c);
      outputs.set(next.h, index * U);
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

function draw(cell: ScanCell, { batch, time, inputSize, units }: ScanShape): Tensors {
  const width = gateCount(cell) * units;
  return {
    x: random(batch * time * inputSize),
    weight: random(inputSize * width),
    bias: random(width),
    recurrent: random(units * width),
    recurrentBias: cell === 'gruResetAfter' ? random(width) : new Float64Array(width),
    h0: random(batch * units),
    c0: random(batch * units),
  };
}

type Example = { cell: ScanCell; shape: ScanShape; mask: Uint8Array; masked: boolean };

/** Puts the inputs of an example into memory, with NaN at masked places, and makes room for everything else, filled with NaN. */
function placed({ cell, shape, mask, masked }: Example, tensors: Tensors) {
  const { batch, time, inputSize, units } = shape;
  const withNaN = tensors.x.map((x, i) => (mask[Math.floor(i / inputSize)] ? x : NaN));
  const room = (length: number) => place(new Float32Array(length).fill(NaN));
  const perStep = batch * time * units;
  const given = Object.entries({ ...tensors, x: withNaN }).map(([name, values]) => [name, place(values)]);
  return {
    ...(Object.fromEntries(given) as Record<keyof Tensors, number>),
    mask: masked ? placeMask(mask) : 0,
    ...{ outputs: room(perStep), h: room(batch * units), c: room(batch * units) },
    ...{ gates: room(savedGates(cell) * perStep), cells: room(perStep) },
    ...{ dX: room(withNaN.length), dWeight: room(tensors.weight.length), dBias: room(tensors.bias.length) },
    ...{ dRecurrent: room(tensors.recurrent.length), dRecurrentBias: room(tensors.bias.length) },
  };
}

/** Forward and backward of one random example, both ways. */
function check(example: Example): void {
  const { cell, shape, mask } = example;
  const start = arena.allocate(0);
  const tensors = draw(cell, shape);
  const p = placed(example, tensors);

  scanForward(kernels, cell, shape, p);
  const expected = reference(steps[cell], shape, mask, tensors);
  const hasMemory = cell === 'lstm';
  close(floats(arena, p.outputs, expected.outputs.length), expected.outputs, 'outputs');
  close(floats(arena, p.h, expected.h.length), expected.h, 'h');
  if (hasMemory) close(floats(arena, p.c, expected.c.length), expected.c, 'c');

  const errors = {
    outputs: random(expected.outputs.length),
    h: random(expected.h.length),
    c: random(expected.c.length),
  };
  if (!hasMemory) errors.c.fill(0);
  const loss = () => {
    const { outputs, h, c } = reference(steps[cell], shape, mask, tensors);
    const weigh = (x: Vector, by: Vector) => x.reduce((sum, value, i) => sum + value * by[i]!, 0);
    return weigh(outputs, errors.outputs) + weigh(h, errors.h) + weigh(c, errors.c);
  };
  const q = { ...p, dOutputs: place(errors.outputs), dH: place(errors.h), dC: place(errors.c) };
  const used = arena.used;
  scanBackward(kernels, cell, shape, q);
  expect(arena.used).toBe(used);
  const found = { ...{ x: q.dX, weight: q.dWeight, bias: q.dBias, h0: q.dH, c0: q.dC }, recurrent: q.dRecurrent };
  for (const name of trained(cell)) {
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
    close(floats(arena, { ...found, recurrentBias: q.dRecurrentBias }[name], gradient.length), gradient, `d${name}`, 4);
  }
  arena.free(start);
}

describe.each(Object.keys(steps) as ScanCell[])('%s', (cell) => {
  it('equals its formula forward and backward, for ragged masks, either way of time and sizes that fill no vector', () => {
    const size = fc.record({
      batch: fc.integer({ min: 1, max: 6 }),
      time: fc.integer({ min: 1, max: 5 }),
      inputSize: fc.integer({ min: 1, max: 5 }),
      units: fc.integer({ min: 1, max: 9 }),
      reverse: fc.boolean(),
    });
    const example = size.chain((shape) => {
      const count = shape.batch * shape.time;
      return fc.tuple(fc.constant(shape), fc.uint8Array({ minLength: count, maxLength: count, max: 1 }), fc.boolean());
    });
    const property = ([shape, mask, masked]: [ScanShape, Uint8Array, boolean]) =>
      check({ cell, shape, mask: masked ? mask : mask.fill(1), masked });
    fc.assert(fc.property(example, property), { numRuns: 25 });
  });

  it('carries the state over an empty sequence', () => {
    check({ cell, shape: { batch: 2, time: 0, inputSize: 2, units: 3 }, mask: new Uint8Array(0), masked: false });
  });

  it('gives a batch what it gives its sequences alone, over many blocks of steps', () => {
    const [batch, time, units] = [21, 17, 11];
    const shape = { batch, time, inputSize: 13, units };
    const mask = Uint8Array.from({ length: batch * time }, (_, i) => Number(i % time < time - (i % 5)));
    const tensors = draw(cell, shape);
    for (const [i, weight] of tensors.recurrent.entries()) tensors.recurrent[i] = 0.2 * weight; // relu would grow and turn other corners in another order of sums
    const dOutputs = random(batch * time * units);
    const start = arena.allocate(0);
    const p = placed({ cell, shape, mask, masked: true }, tensors);
    const back = { dOutputs: place(dOutputs), dH: place(random(batch * units)), dC: place(random(batch * units)) };
    const summed = [
      'dWeight',
      'dBias',
      'dRecurrent',
      ...(cell === 'gruResetAfter' ? ['dRecurrentBias' as const] : []),
    ] as const;
    const sizes = {
      dWeight: tensors.weight,
      dBias: tensors.bias,
      dRecurrent: tensors.recurrent,
      dRecurrentBias: tensors.bias,
    };
    const read = (name: keyof typeof sizes) => Float64Array.from(floats(arena, p[name], sizes[name].length));
    const total = Object.fromEntries(summed.map((name) => [name, new Float64Array(sizes[name].length)]));
    for (let b = 0; b < batch; b++) {
      const from = (pointer: number, each: number, bytes = 4) => pointer + b * each * bytes;
      const own = {
        x: from(p.x, time * 13),
        mask: from(p.mask, time, 1),
        h0: from(p.h0, units),
        c0: from(p.c0, units),
      };
      const room = place(new Float32Array(time * units));
      const dOwn = { dOutputs: from(back.dOutputs, time * units), dH: from(back.dH, units), dC: from(back.dC, units) };
      const dH = place(floats(arena, dOwn.dH, units).slice());
      const dC = place(floats(arena, dOwn.dC, units).slice());
      scanForward(kernels, cell, { ...shape, batch: 1 }, { ...p, ...own, outputs: room });
      scanBackward(kernels, cell, { ...shape, batch: 1 }, { ...p, ...own, outputs: room, ...dOwn, dH, dC });
      for (const name of summed) for (const [i, value] of read(name).entries()) total[name]![i]! += value;
    }
    scanForward(kernels, cell, shape, p);
    scanBackward(kernels, cell, shape, { ...p, ...back });
    for (const name of summed) close(floats(arena, p[name], sizes[name].length), total[name]!, name, 50);
    arena.free(start);
  });
});

it('dX may be left out', () => {
  const shape = { batch: 5, time: 3, inputSize: 2, units: 3 };
  const tensors = draw('lstm', shape);
  const start = arena.allocate(0);
  const p = placed({ cell: 'lstm', shape, mask: new Uint8Array(15).fill(1), masked: false }, tensors);
  scanForward(kernels, 'lstm', shape, p);
  const gradients = (dX: number) => {
    const q = { ...p, dX, dOutputs: place(new Float32Array(45).fill(1)) };
    scanBackward(kernels, 'lstm', shape, { ...q, dH: place(new Float32Array(15)), dC: place(new Float32Array(15)) });
    return floats(arena, q.dWeight, tensors.weight.length).slice();
  };
  expect(gradients(0)).toEqual(gradients(p.dX));
  arena.free(start);
});

/** A simple RNN with input weight 1 puts out tanh(x); a GRU with candidate 0 and state 1 puts out its update gate. */
it('tanh and the sigmoid are within 2e-7, and saturate', () => {
  const values = Float64Array.from({ length: 40001 }, (_, i) => Math.fround((i - 20000) / 500));
  const count = values.length;
  const shape = { batch: count, time: 1, inputSize: 1, units: 1 };
  const start = arena.allocate(0);
  const zeros = place([0, 0, 0]);
  const [outputs, h, gates] = [1, 1, 3].map((width) => place(new Float32Array(width * count)));
  const shared = { x: place(values), recurrent: zeros, bias: zeros, mask: 0, outputs: outputs!, h: h!, gates: gates! };
  const worst = (expected: (x: number) => number) =>
    Math.max(...floats(arena, outputs!, count).map((y, i) => Math.abs(y - expected(values[i]!))));

  const h0 = place(new Float32Array(count));
  scanForward(kernels, 'simpleTanh', shape, { ...shared, weight: place([1]), h0 });
  expect(worst(Math.tanh)).toBeLessThan(2e-7);

  const ones = place(new Float32Array(count).fill(1));
  scanForward(kernels, 'gruResetBefore', shape, { ...shared, weight: place([0, 1, 0]), h0: ones });
  expect(worst(sigmoid)).toBeLessThan(2e-7);
  arena.free(start);
});
