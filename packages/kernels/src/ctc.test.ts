/** Tolerance: float32's rounding over at most 12 frames; over 400, losses near 1000 are good to 1e-6 of themselves. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, ctcLoss, floats, integers, loadKernels } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

interface Case {
  logits: number[][][];
  mask: number[][];
  labels: number[][];
  blank: number;
}

function run({ logits, mask, labels, blank }: Case) {
  const start = arena.allocate(0);
  const [B, T, V, L] = [logits.length, logits[0]!.length, logits[0]![0]!.length, 9];
  const place = (values: number[], view: typeof floats | typeof integers) => {
    const pointer = arena.allocate(4 * values.length);
    view(arena, pointer, values.length).set(values);
    return pointer;
  };
  const padded = labels.map((row) => Array.from({ length: L }, (_, i) => row[i] ?? -7));
  const bytes = arena.allocate(B * T);
  new Uint8Array(arena.memory.buffer, bytes, B * T).set(mask.flat());
  const call = {
    logits: place(logits.flat(2), floats),
    mask: bytes,
    labels: place(padded.flat(), integers),
    lengths: place(
      labels.map((row) => row.length),
      integers,
    ),
    blank,
    ...{ batch: B, time: T, classes: V, labelCount: L },
  };
  const [loss, alone, gradient] = [place([], floats), 0, 0].map(() => arena.allocate(4 * B * T * V)) as [
    number,
    number,
    number,
  ];
  ctcLoss(kernels, call, loss, gradient);
  ctcLoss(kernels, call, alone);
  const found = { loss: [...floats(arena, loss, B)], gradient: [...floats(arena, gradient, B * T * V)] };
  expect([...floats(arena, alone, B)]).toEqual(found.loss);
  arena.free(start);
  return found;
}

/** The definition in float64, by dynamic programming over states in the log domain, with the gradient of each frame from both messages. */
function expected(frames: readonly number[][], labels: readonly number[], blank: number) {
  const states = [blank, ...labels.flatMap((label) => [label, blank])];
  const [T, S] = [frames.length, states.length];
  const logs = frames.map((x) => {
    const top = Math.max(...x);
    const sum = top + Math.log(x.reduce((s, v) => s + Math.exp(v - top), 0));
    return x.map((v) => v - sum);
  });
  const add = (...xs: number[]) => {
    const top = Math.max(...xs);
    return top === -Infinity ? top : top + Math.log(xs.reduce((s, x) => s + Math.exp(x - top), 0));
  };
  const from = (s: number, to: number) =>
    to - s < 2 || (to - s === 2 && states[to] !== blank && states[to] !== states[s]);
  const range = [...states.keys()];
  const alpha = [range.map((s) => (s < 1 ? 0 : -Infinity))];
  for (let t = 0; t < T; t++) {
    const before = alpha[t]!;
    const reach = (s: number) =>
      t === 0 ? (s < 2 ? 0 : -Infinity) : add(...range.filter((r) => r <= s && from(r, s)).map((r) => before[r]!));
    alpha.push(range.map((s) => reach(s) + logs[t]![states[s]!]!));
  }
  let beta = range.map((s) => (s >= S - 2 ? 0 : -Infinity));
  const whole = T === 0 ? (S === 1 ? 0 : -Infinity) : add(alpha[T]![S - 1]!, S > 1 ? alpha[T]![S - 2]! : -Infinity);
  const gradient = logs.map((row) => row.map(Math.exp));
  for (let t = T - 1; t >= 0; t--) {
    for (const s of range) gradient[t]![states[s]!]! -= Math.exp(alpha[t + 1]![s]! + beta[s]! - whole);
    const ahead = beta;
    beta = range.map((s) =>
      add(...range.filter((r) => r >= s && from(s, r)).map((r) => ahead[r]! + logs[t]![states[r]!]!)),
    );
  }
  return { loss: -whole, gradient: whole === -Infinity ? gradient.map((row) => row.map(() => 0)) : gradient };
}

function compare(given: Case, tolerance: number) {
  const found = run(given);
  for (const [b, frames] of given.logits.entries()) {
    const real = frames.filter((_, t) => given.mask[b]![t]);
    const { loss, gradient } = expected(real, given.labels[b]!, given.blank);
    if (!(found.loss[b] === loss || Math.abs(found.loss[b]! - loss) <= tolerance * Math.max(1, Math.abs(loss)))) {
      throw new Error(`loss ${b}: ${found.loss[b]}, expected ${loss}`);
    }
    const [T, V] = [frames.length, frames[0]!.length];
    let k = 0;
    for (let t = 0; t < T; t++) {
      const row = given.mask[b]![t] ? gradient[k++]! : new Array<number>(V).fill(0);
      for (const [v, value] of row.entries()) {
        const actual = found.gradient[(b * T + t) * V + v]!;
        if (!(Math.abs(actual - value) <= tolerance)) throw new Error(`d[${b},${t},${v}]: ${actual}, not ${value}`);
      }
    }
  }
}

const normal = (scale: number) => (Math.random() - 0.5) * scale;

/** Ragged rows with holes, NaN at masked frames, as many labels as may or may not fit. */
function draw(sizes: { B: number; T: number; V: number; L: number; scale: number }): Case {
  const { B, T, V, L, scale } = sizes;
  const list = <X>(length: number, make: () => X) => Array.from({ length }, make);
  const blank = Math.floor(Math.random() * V);
  const label = () => (blank + 1 + Math.floor(Math.random() * (V - 1))) % V;
  const mask = list(B, () => list(T, () => Number(Math.random() < 0.8)));
  const value = () => (Math.random() < 0.02 ? -Infinity : normal(scale));
  const finite = (frame: number[]) => (frame.every((x) => x === -Infinity) ? frame.map(() => 0) : frame);
  const logits = mask.map((row) => row.map((real) => (real ? finite(list(V, value)) : list(V, () => Number.NaN))));
  return { logits, mask, labels: list(B, () => list(Math.floor(Math.random() * (L + 1)), label)), blank };
}

const sizes = fc.record({
  B: fc.integer({ min: 1, max: 3 }),
  T: fc.integer({ min: 1, max: 12 }),
  V: fc.integer({ min: 2, max: 9 }),
  L: fc.integer({ min: 0, max: 9 }),
  scale: fc.constantFrom(1, 8, 300),
});

it('loss and gradient = the definition in float64: ragged, repeated, none, too many labels, impossible classes', () => {
  fc.assert(
    fc.property(sizes, (drawn) => compare(draw(drawn), 2e-5)),
    { numRuns: 400 },
  );
});

it('loses nothing where probabilities are far below float32', () => {
  compare(draw({ B: 2, T: 400, V: 5, L: 9, scale: 200 }), 3e-5);
});

it('a logit that is NaN makes the loss of its row NaN', () => {
  const given = draw({ B: 2, T: 4, V: 3, L: 1, scale: 1 });
  given.mask = given.mask.map((row) => row.map(() => 1));
  given.logits = given.logits.map((row, b) => row.map((x) => x.map(() => (b ? 0 : Number.NaN))));
  expect(run(given).loss.map(Number.isNaN)).toEqual([true, false]);
});
