import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Arena,
  alphaSize,
  alphaSize64,
  type Chain,
  chainBackward,
  chainBackward64,
  chainBestPath,
  chainBestPath64,
  chainForward,
  chainForward64,
  chainPathScore,
  chainPathScore64,
  chainPathScoreGradient,
  chainPathScoreGradient64,
  doubles,
  floats,
  integers,
  loadKernels,
} from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Sums of numbers up to `spread`: how far apart both precisions may be from the reference, per unit of spread and six steps. */
const precisions = [
  {
    name: 'float32',
    view: floats,
    bytes: 4,
    error: 2e-5,
    alphaSize,
    forward: chainForward,
    backward: chainBackward,
    pathScore: chainPathScore,
    pathScoreGradient: chainPathScoreGradient,
    bestPath: chainBestPath,
  },
  {
    name: 'float64',
    view: doubles,
    bytes: 8,
    error: 1e-13,
    alphaSize: alphaSize64,
    forward: chainForward64,
    backward: chainBackward64,
    pathScore: chainPathScore64,
    pathScoreGradient: chainPathScoreGradient64,
    bestPath: chainBestPath64,
  },
] as const;
type Precision = (typeof precisions)[number];

const cases = fc.record({
  B: fc.integer({ min: 1, max: 3 }),
  T: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 6 }), weight: 5 }, { arbitrary: fc.constant(40), weight: 1 }),
  K: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 17, 21)),
  perStep: fc.boolean(),
  /** How far potentials lie apart: 300 underflows float32 after exp, 3000 float64. */
  spread: fc.constantFrom<number>(1, 30, 300, 3000),
  forbidden: fc.constantFrom(0, 0.3),
  /** Whether states are left for good: none with a lower number follows. */
  leftRight: fc.boolean(),
  real: fc.constantFrom(1, 0.6),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

describe.each(precisions)('chains in $name', (precision) => {
  it('logZ and the gradients of all potentials = forward–backward', () => {
    fc.assert(
      fc.property(cases, (options) => checkPartition(precision, options)),
      { numRuns: 600 },
    );
  });

  it('the score of a path and its gradient = the potentials along it', () => {
    fc.assert(
      fc.property(cases, (options) => checkScore(precision, options)),
      { numRuns: 200 },
    );
  });

  it('no path is better than the best path; of equal ones it takes the lowest states, from the end on', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), (options, ties) => checkBestPath(precision, options, ties)),
      { numRuns: 200 },
    );
  });

  it('the log partition of a long chain whose paths become ever more probable, or less', () => {
    for (const each of [0, -900]) {
      const [B, T, K] = [1, 20_000, 2];
      const start = arena.allocate(0);
      const made = place(precision, { B, T, K, perStep: false, spread: 0, forbidden: 0, leftRight: false, real: 1 });
      precision.view(arena, made.chain.emission, T * K).fill(each);
      const [logZ, alphas] = [numbers(precision, B), numbers(precision, precision.alphaSize({ B, T, K }))];
      precision.forward(kernels, made.chain, { logZ: logZ.pointer, alphas: alphas.pointer });
      expect(logZ.now()[0]! / (T * (each + Math.LN2))).toBeCloseTo(1, precision.bytes === 4 ? 5 : 12);
      arena.free(start);
    }
  });
});

/** Chains of random potentials in the arena. */
function place(precision: Precision, { B, T, K, perStep, spread, forbidden, leftRight, real }: Case, whole = false) {
  const potential = () => {
    const x = (Math.random() - 0.5) * spread;
    return Math.random() < forbidden ? -Infinity : whole ? Math.round(x / spread) : x;
  };
  const moves = perStep ? B * (T - 1) : 1;
  const [initial, final, transition, emission] = [K, K, moves * K * K, B * T * K].map((length) =>
    numbers(precision, length, potential),
  ) as [Placed, Placed, Placed, Placed];
  for (let at = 0; leftRight && at < moves * K * K; at++) {
    if (at % K < Math.floor(at / K) % K) transition.now()[at] = transition.values[at] = -Infinity;
  }
  const bytes = Uint8Array.from({ length: B * T }, () => (Math.random() < real ? 1 : 0));
  const mask = arena.allocate(B * T);
  new Uint8Array(arena.memory.buffer, mask, B * T).set(bytes);
  const chain: Chain = {
    initial: initial.pointer,
    final: final.pointer,
    transition: transition.pointer,
    emission: emission.pointer,
    ...{ perStep, mask, B, T, K },
  };
  const values = {
    initial: initial.values,
    final: final.values,
    transition: transition.values,
    emission: emission.values,
  };
  return { chain, potentials: values, mask: bytes };
}

function numbers({ view, bytes }: Precision, length: number, draw: () => number = () => Number.NaN) {
  const pointer = arena.allocate(bytes * length);
  view(arena, pointer, length).set(Array.from({ length }, draw));
  return { pointer, values: view(arena, pointer, length).slice(), now: () => view(arena, pointer, length) };
}
type Placed = ReturnType<typeof numbers>;

/** Room for the gradients of all potentials. */
function gradientsOf(precision: Precision, { B, T, K, perStep }: Case, draw?: () => number) {
  const moves = perStep ? B * (T - 1) : 1;
  const made = [K, K, moves * K * K, B * T * K].map((length) => numbers(precision, length, draw));
  const [dInitial, dFinal, dTransition, dEmission] = made.map(({ pointer }) => pointer) as [
    number,
    number,
    number,
    number,
  ];
  return { made, pointers: { dInitial, dFinal, dTransition, dEmission } };
}

function checkPartition(precision: Precision, options: Case): void {
  const start = arena.allocate(0);
  const { chain, potentials, mask } = place(precision, options);
  const dLogZ = numbers(precision, options.B, () => Math.random() * 2 - 1);
  const [logZ, alphas] = [numbers(precision, options.B), numbers(precision, precision.alphaSize(options))];
  const gradients = gradientsOf(precision, options);
  const messages = { logZ: logZ.pointer, alphas: alphas.pointer };
  const used = arena.used;
  precision.forward(kernels, chain, messages);
  precision.backward(kernels, chain, messages, { dLogZ: dLogZ.pointer, ...gradients.pointers });
  expect(arena.used).toBe(used);
  expectNear(precision, options, [logZ, ...gradients.made], reference(potentials, mask, dLogZ.values, options));
  arena.free(start);
}

function checkScore(precision: Precision, options: Case): void {
  const { B, T, K } = options;
  const start = arena.allocate(0);
  const { chain, potentials, mask } = place(precision, options);
  const labels = Int32Array.from(mask, (real) => (real ? Math.floor(Math.random() * K) : 99));
  const at = arena.allocate(4 * labels.length);
  integers(arena, at, labels.length).set(labels);
  const [scores, dScores] = [numbers(precision, B), numbers(precision, B, () => Math.random() * 2 - 1)];
  const { made, pointers } = gradientsOf(precision, options, () => 1);
  expect(precision.pathScore(kernels, chain, { labels: at, scores: scores.pointer })).toBe(-1);
  precision.pathScoreGradient(kernels, chain, { labels: at, dScores: dScores.pointer }, pointers);

  const expected = [B, ...made.map(({ values }) => values.length)].map((length, i) =>
    new Float64Array(length).fill(i && 1),
  );
  const parts = [potentials.initial, potentials.final, potentials.transition, potentials.emission];
  for (const { b, part, index } of along(labels, mask, options)) {
    expected[0]![b]! += parts[part]![index]!;
    expected[part + 1]![index]! += dScores.values[b]!;
  }
  expectNear(precision, options, [scores, ...made], expected);
  const real = mask.indexOf(1);
  if (real >= 0) {
    integers(arena, at, labels.length)[real] = K;
    expect(precision.pathScore(kernels, chain, { labels: at, scores: scores.pointer })).toBe(real);
    expect(scores.now()[Math.floor(real / T)]).toBeNaN();
  }
  arena.free(start);
}

/** Where the potentials of a path stand: part 0 initial, 1 final, 2 transition, 3 emission. */
function along(labels: ArrayLike<number>, mask: Uint8Array, { B, T, K, perStep }: Case) {
  const found: { b: number; part: number; index: number }[] = [];
  for (let b = 0; b < B; b++) {
    const steps = Array.from({ length: T }, (_, t) => t).filter((t) => mask[b * T + t]);
    for (const [n, t] of steps.entries()) {
      const label = labels[b * T + t]!;
      found.push({ b, part: 3, index: (b * T + t) * K + label });
      if (n === 0) found.push({ b, part: 0, index: label });
      else {
        const move = perStep ? b * (T - 1) + t - 1 : 0;
        found.push({ b, part: 2, index: (move * K + labels[b * T + steps[n - 1]!]!) * K + label });
      }
      if (n === steps.length - 1) found.push({ b, part: 1, index: label });
    }
  }
  return found;
}

/** Against Viterbi with a table of origins, on the same numbers; with ties, potentials are whole numbers. */
function checkBestPath(precision: Precision, options: Case, ties: boolean): void {
  const { B, T } = options;
  const start = arena.allocate(0);
  const { chain, potentials, mask } = place(precision, options, ties);
  const path = arena.allocate(4 * B * T);
  const used = arena.used;
  precision.bestPath(kernels, chain, path);
  expect(arena.used).toBe(used);
  const found = integers(arena, path, B * T);
  const expected = bestPaths(potentials, mask, options);
  const parts = [potentials.initial, potentials.final, potentials.transition, potentials.emission];
  const score = (labels: ArrayLike<number>) => {
    const sums = new Float64Array(B);
    for (const { b, part, index } of along(labels, mask, options)) sums[b]! += parts[part]![index]!;
    return sums;
  };
  const [mine, best] = [score(found), score(expected)];
  for (let b = 0; b < B; b++) {
    if (best[b] === -Infinity) continue;
    const row = (labels: Int32Array) => [...labels.subarray(b * T, (b + 1) * T)];
    if (ties) expect(row(found)).toEqual(row(expected));
    else expect(Math.abs(mine[b]! - best[b]!)).toBeLessThanOrEqual(precision.error * options.spread);
    expect(row(found).map((label) => label >= 0)).toEqual([...mask.subarray(b * T, (b + 1) * T)].map(Boolean));
  }
  arena.free(start);
}

function bestPaths(
  { initial, final, transition, emission }: Potentials,
  mask: Uint8Array,
  { B, T, K, perStep }: Case,
): Int32Array {
  const out = new Int32Array(B * T).fill(-1);
  const states = Array.from({ length: K }, (_, k) => k);
  const first = (scores: number[]) => scores.indexOf(Math.max(...scores));
  for (let b = 0; b < B; b++) {
    const steps = Array.from({ length: T }, (_, t) => t).filter((t) => mask[b * T + t]);
    if (steps.length === 0) continue;
    const emit = (n: number, j: number) => emission[(b * T + steps[n]!) * K + j]!;
    const move = (n: number, i: number, j: number) =>
      transition[((perStep ? b * (T - 1) + steps[n]! - 1 : 0) * K + i) * K + j]!;
    let message = states.map((j) => initial[j]! + emit(0, j));
    const origins: number[][] = [[]];
    for (let n = 1; n < steps.length; n++) {
      const sums = states.map((j) => states.map((i) => message[i]! + move(n, i, j)));
      origins.push(sums.map(first));
      message = sums.map((row, j) => Math.max(...row) + emit(n, j));
    }
    let state = first(states.map((j) => message[j]! + final[j]!));
    for (let n = steps.length - 1; n >= 0; n--) {
      out[b * T + steps[n]!] = state;
      state = origins[n]![state]!;
    }
  }
  return out;
}

function expectNear({ error }: Precision, { spread, T }: Case, actual: Placed[], expected: Float64Array[]): void {
  for (const [i, part] of expected.entries()) {
    const found = actual[i]!.now();
    for (const [j, value] of part.entries()) {
      const allowed = error * Math.max(1, spread) * Math.ceil(T / 6) * Math.max(1, Math.abs(value)); // gradients of moves add up over the steps
      if (found[j] === value || Math.abs(found[j]! - value) <= allowed) continue;
      throw new Error(`part ${i} [${j}]: ${found[j]}, expected ${value}`);
    }
  }
}

type Potentials = Record<'initial' | 'final' | 'transition' | 'emission', Float32Array | Float64Array>;

/** logZ and d(Σ dLogZ·logZ)/d(initial, final, transition, emission), textbook style. */
function reference(
  { initial, final, transition, emission }: Potentials,
  mask: Uint8Array,
  dy: Float32Array | Float64Array,
  sizes: Case,
): Float64Array[] {
  const { B, T, K, perStep } = sizes;
  const out = [B, initial.length, final.length, transition.length, emission.length].map(
    (length) => new Float64Array(length),
  );
  const [logZ, dInitial, dFinal, dTransition, dEmission] = out as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const states = Array.from({ length: K }, (_, k) => k);
  for (let b = 0; b < B; b++) {
    const steps = Array.from({ length: T }, (_, t) => t).filter((t) => mask[b * T + t]);
    if (steps.length === 0) continue;
    const moveAt = (n: number, i: number, j: number) => ((perStep ? b * (T - 1) + steps[n]! - 1 : 0) * K + i) * K + j;
    const emit = (n: number, j: number) => emission[(b * T + steps[n]!) * K + j]!;
    const alpha = [states.map((j) => initial[j]! + emit(0, j))];
    for (let n = 1; n < steps.length; n++) {
      alpha.push(
        states.map((j) => emit(n, j) + logSum(states.map((i) => alpha[n - 1]![i]! + transition[moveAt(n, i, j)]!))),
      );
    }
    const last = steps.length - 1;
    const beta = states.map(() => [] as number[]);
    let behind = states.map((j) => final[j]!);
    const total = logSum(states.map((j) => alpha[last]![j]! + behind[j]!));
    logZ[b] = total;
    if (total === -Infinity) continue;
    for (let n = last; n >= 0; n--) {
      beta[n] = behind;
      for (const j of states) {
        const share = dy[b]! * Math.exp(alpha[n]![j]! + behind[j]! - total);
        dEmission[(b * T + steps[n]!) * K + j] = share;
        if (n === 0) dInitial[j]! += share;
        if (n === last) dFinal[j]! += share;
      }
      if (n === 0) break;
      const ahead = states.map((j) => emit(n, j) + behind[j]!);
      for (const i of states) {
        for (const j of states) {
          const move = transition[moveAt(n, i, j)]!;
          dTransition[moveAt(n, i, j)]! += dy[b]! * Math.exp(alpha[n - 1]![i]! + move + ahead[j]! - total);
        }
      }
      behind = states.map((i) => logSum(states.map((j) => transition[moveAt(n, i, j)]! + ahead[j]!)));
    }
  }
  return out;
}

function logSum(values: number[]): number {
  const top = Math.max(...values);
  return top === -Infinity ? top : top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}
