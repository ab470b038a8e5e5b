import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, doubles, hmmExpectations, hmmLogLikelihood, hmmViterbi, integers, loadKernelsSync } from './index.js';

const kernels = loadKernelsSync(new Arena());
const arena = kernels.memory as Arena;

const cases: fc.Arbitrary<Case> = fc.record({
  lengths: fc.array(fc.constantFrom(0, 1, 1, 2, 3, 5, 9, 40), { minLength: 0, maxLength: 9 }),
  K: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 17)),
  /** How far log-likelihoods lie apart: what is 1000 below underflows. */
  spread: fc.constantFrom(1, 30, 3000),
  forbidden: fc.constantFrom(0, 0.4),
  symbols: fc.constantFrom(0, 3),
});
interface Case {
  lengths: number[];
  K: number;
  spread: number;
  forbidden: number;
  symbols: number;
}

it('log-likelihoods, posteriors and expected counts = forward–backward on logarithms, added to what is there', () => {
  fc.assert(fc.property(cases, checkExpectations), { numRuns: 500 });
});

it('the best path is one, its score is the best, and of equal ones it takes the lowest states, from the end on', () => {
  fc.assert(
    fc.property(cases, fc.boolean(), (options, ties) => checkViterbi(options, ties)),
    { numRuns: 400 },
  );
});

it('a state that later turns out to be the only one is not lost on the way', () => {
  // two states that stay what they are: the second begins with e^−2000 of the first, and ends with e^4000 of it
  const T = 4001;
  const logs = Float64Array.from({ length: 2 * T }, (_, i) => (i === 1 ? -2000 : i > 1 && i % 2 === 0 ? -1 : 0));
  const problem = place(
    { lengths: [T, 3], K: 2, symbols: 0 },
    [0.5, 0.5],
    [1, 0, 0, 1],
    [...logs, ...[0, 0, 0, 0, -Infinity, -Infinity]],
  );
  const { logLikelihood, posteriors, first } = expectations(problem);
  expect(logLikelihood[0]).toBeCloseTo(-2000 + Math.log(0.5), 9);
  expect([...posteriors.slice(0, 2)]).toEqual([0, 1]);
  expect(logLikelihood[1]).toBe(-Infinity);
  expect([...posteriors.slice(2 * T)]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...first]).toEqual([0, 1]);
});

it('a million steps: likelihoods that say nothing of the states, so that these stay as the matrix has them', () => {
  const T = 1_000_000;
  const trans = [0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0, 0.5, 0.5];
  const logs = [-50, -50, -50, -70, -70, -70];
  const problem = place({ lengths: [T], K: 3, symbols: 2 }, [1, 0, 0], trans, logs, (t) => t % 2);
  const { logLikelihood, posteriors, transitions } = expectations(problem);
  expect(logLikelihood[0]! / (-60 * T)).toBeCloseTo(1, 12);
  const last = posteriors.slice(-3);
  for (const j of [0, 1, 2]) {
    expect(last.reduce((sum, p, i) => sum + p * trans[3 * i + j]!, 0)).toBeCloseTo(last[j]!, 12);
  }
  expect(transitions.reduce((sum, count) => sum + count, 0) / (T - 1)).toBeCloseTo(1, 9);
});

interface Problem {
  parameters: { startProb: number; transMat: number; K: number };
  frames: { logs: number; symbols?: { pointer: number; rows: number }; lengths: number[] };
  /** [N][K] */
  rows: number[][];
}

function place(
  { lengths, K, symbols }: Pick<Case, 'lengths' | 'K' | 'symbols'>,
  start: ArrayLike<number>,
  trans: ArrayLike<number>,
  logs: ArrayLike<number>,
  symbolAt: (n: number) => number = () => Math.floor(Math.random() * symbols),
): Problem {
  arena.free(16);
  const N = lengths.reduce((sum, length) => sum + length, 0);
  const drawn = Int32Array.from({ length: N }, (_, n) => (symbols ? symbolAt(n) : n));
  const pointer = arena.allocate(4 * N);
  integers(arena, pointer, N).set(drawn);
  const frames = { logs: put(logs), lengths, ...(symbols && { symbols: { pointer, rows: symbols } }) };
  return {
    parameters: { startProb: put(start), transMat: put(trans), K },
    frames,
    rows: N > 1e5 ? [] : Array.from(drawn, (row) => Array.from({ length: K }, (_, k) => logs[row * K + k]!)),
  };
}

function put(values: ArrayLike<number>): number {
  const pointer = arena.allocate(8 * values.length);
  doubles(arena, pointer, values.length).set(values);
  return pointer;
}

function draw({ lengths, K, spread, forbidden, symbols }: Case, whole = false) {
  const N = lengths.reduce((sum, length) => sum + length, 0);
  const log = () => {
    const x = (Math.random() - 0.7) * spread;
    return Math.random() < forbidden / 2 ? -Infinity : whole ? Math.round((3 * x) / spread) : x;
  };
  const probability = () => (Math.random() < forbidden ? 0 : whole ? 0.5 : Math.random() ** 3);
  const start = Array.from({ length: K }, probability);
  const trans = Array.from({ length: K * K }, probability);
  const logs = Array.from({ length: (symbols || N) * K }, log);
  return { start, trans, logs, problem: place({ lengths, K, symbols }, start, trans, logs) };
}

function expectations({ parameters, frames, rows }: Problem) {
  const { K } = parameters;
  const [B, N] = [frames.lengths.length, frames.lengths.reduce((sum, length) => sum + length, 0)];
  const [logLikelihood, posteriors] = [put(new Float64Array(B).fill(7)), put(new Float64Array(N * K).fill(7))];
  const [first, transitions] = [put(new Float64Array(K)), put(new Float64Array(K * K))];
  const used = arena.used;
  hmmExpectations(kernels, parameters, frames, { logLikelihood, posteriors, first, transitions });
  const found = {
    logLikelihood: doubles(arena, logLikelihood, B).slice(),
    posteriors: doubles(arena, posteriors, N * K).slice(),
    first: doubles(arena, first, K).slice(),
    transitions: doubles(arena, transitions, K * K).slice(),
  };
  hmmLogLikelihood(kernels, parameters, frames, logLikelihood);
  expect(arena.used).toBe(used);
  if (rows.length > 0) expectNear(doubles(arena, logLikelihood, B), [...found.logLikelihood], 1e-12);
  return found;
}

function checkExpectations(options: Case): void {
  const { start, trans, problem } = draw(options);
  const { K } = options;
  const found = expectations(problem);
  const expected = { first: new Float64Array(K), transitions: new Float64Array(K * K) };
  let place = 0;
  for (const [b, T] of options.lengths.entries()) {
    const { logZ, gamma } = forwardBackward(start, trans, problem.rows.slice(place, place + T), expected);
    expectNear([found.logLikelihood[b]!], [logZ], 1e-12);
    expectNear(found.posteriors.slice(place * K, (place + T) * K), gamma, 1e-10);
    place += T;
  }
  expectNear(found.first, expected.first, 1e-10);
  expectNear(found.transitions, expected.transitions, 1e-10);
}

/** On logarithms, state by state; adds the expected counts. */
function forwardBackward(
  start: number[],
  trans: number[],
  rows: number[][],
  counts: { first: Float64Array; transitions: Float64Array },
) {
  const K = start.length;
  const states = start.map((_, k) => k);
  const alphas: number[][] = [];
  for (const [t, row] of rows.entries()) {
    alphas.push(
      states.map(
        (j) => row[j]! + (t === 0 ? Math.log(start[j]!) : logSum(states.map((i) => alphas[t - 1]![i]! + move(i, j)))),
      ),
    );
  }
  const logZ = rows.length === 0 ? 0 : logSum(alphas.at(-1)!);
  const gamma = new Float64Array(rows.length * K);
  let beta = states.map(() => 0);
  for (let t = rows.length - 1; t >= 0 && logZ > -Infinity; t--) {
    for (const k of states) gamma[t * K + k] = Math.exp(alphas[t]![k]! + beta[k]! - logZ);
    if (t === 0) for (const k of states) counts.first[k]! += gamma[k]!;
    const ahead = states.map((j) => rows[t]![j]! + beta[j]!);
    for (const i of states) {
      for (const j of states) {
        if (t > 0) counts.transitions[i * K + j]! += Math.exp(alphas[t - 1]![i]! + move(i, j) + ahead[j]! - logZ);
      }
    }
    beta = states.map((i) => logSum(states.map((j) => move(i, j) + ahead[j]!)));
  }
  return { logZ, gamma };

  function move(i: number, j: number): number {
    return Math.log(trans[i * K + j]!);
  }
}

function logSum(values: readonly number[]): number {
  const top = Math.max(...values);
  if (top === -Infinity) return top;
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

function checkViterbi(options: Case, ties: boolean): void {
  const { start, trans, problem } = draw(options, ties);
  const [B, N] = [options.lengths.length, problem.rows.length];
  const [path, scores] = [arena.allocate(4 * N), put(new Float64Array(B).fill(7))];
  const used = arena.used;
  hmmViterbi(kernels, problem.parameters, problem.frames, { path, scores });
  expect(arena.used).toBe(used);
  let place = 0;
  for (const [b, T] of options.lengths.entries()) {
    const best = bestPath(start, trans, problem.rows.slice(place, place + T));
    expect([...integers(arena, path, N).subarray(place, place + T)]).toEqual(best.path);
    expectNear([doubles(arena, scores, B)[b]!], [best.score], 1e-12);
    place += T;
  }
}

function bestPath(start: number[], trans: number[], rows: number[][]): { path: number[]; score: number } {
  const K = start.length;
  const messages: number[][] = [];
  for (const [t, row] of rows.entries()) {
    messages.push(
      row.map((log, j) => log + (t === 0 ? Math.log(start[j]!) : Math.max(...sumsInto(messages[t - 1]!, j)))),
    );
  }
  if (rows.length === 0) return { path: [], score: 0 };
  const score = Math.max(...messages.at(-1)!);
  if (score === -Infinity) return { path: rows.map(() => -1), score };
  const path = [messages.at(-1)!.indexOf(score)];
  for (let t = rows.length - 2; t >= 0; t--) {
    const sums = sumsInto(messages[t]!, path[0]!);
    path.unshift(sums.indexOf(Math.max(...sums)));
  }
  return { path, score };

  function sumsInto(message: number[], j: number): number[] {
    return message.map((score, i) => score + Math.log(trans[i * K + j]!));
  }
}

/** Relative beyond 1. */
function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, error: number): void {
  for (const [i, value] of Array.from(expected).entries()) {
    if (Math.abs(actual[i]! - value) <= error * Math.max(1, Math.abs(value)) || actual[i] === value) continue;
    throw new Error(`[${i}] is ${actual[i]}, expected ${value}`);
  }
}
