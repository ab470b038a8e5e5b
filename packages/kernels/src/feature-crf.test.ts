import { describe, expect, it } from 'vitest';
import {
  Arena,
  combine64,
  dot64,
  dotWorkspace64,
  doubles,
  type FeaturePlan,
  featureGradient,
  featureMarginals,
  featurePlanBytes,
  featureScores,
  integers,
  loadKernelsSync,
  prepareTransitions,
  writeFeaturePlan,
} from './index.js';

const arena = new Arena();
const kernels = loadKernelsSync(arena);
/** How much the sequences below count. */
const counts = [1, 0.5, 2, 1, 0];
const draw = (limit: number) => Math.floor(Math.random() * limit);

/** 0, and where each of the lengths ends. */
function ends(lengths: readonly number[]): number[] {
  let end = 0;
  return [0, ...lengths.map((length) => (end += length))];
}

/** Sequences of lengths 1 to 6, attributes 0: all labels in place, 1: dense row, 2 and 3: one label and none. */
function problem(L: number, withValues: boolean, spread = 1) {
  const P = L + (L % 2);
  const lengths = [1, 6, 2, 5, 3];
  const tokens = lengths.flatMap((length) => Array.from({ length }, () => [0, 1, 2, 3].filter(() => draw(2) === 1)));
  const data = {
    sequences: ends(lengths),
    tokens: ends(tokens.map(({ length }) => length)),
    attributes: tokens.flat(),
    labels: tokens.map(() => draw(L)),
  };
  const values = data.attributes.map(() => (withValues ? Math.random() * 2 - 1 : 1));
  const dense = Array.from({ length: L }, (_, label) => label !== 1); // the labels that attribute 1 has features for
  const own = L + dense.filter(Boolean).length;
  const features = [...Array(L).keys(), ...[...Array(L).keys()].filter((label) => dense[label]), L - 1];
  const weights = features.map(() => spread * (Math.random() - 0.5));
  const transition = Array.from({ length: L * L }, () => spread * (Math.random() - 0.5));
  const row = Array.from({ length: P }, (_, label) => (dense[label] ? weights[L + label - Number(label > 1)]! : 0));
  const reals = (numbers: readonly number[]) => {
    const pointer = arena.allocate(8 * numbers.length);
    doubles(arena, pointer, numbers.length).set(numbers);
    return pointer;
  };
  const wholes = (numbers: readonly number[]) => {
    const pointer = arena.allocate(4 * numbers.length);
    integers(arena, pointer, numbers.length).set(numbers);
    return pointer;
  };
  const zeros = (length: number) => reals(new Array<number>(length).fill(0));
  const N = tokens.length;
  const fields: FeaturePlan = {
    L,
    sequences: wholes(data.sequences),
    tokens: wholes(data.tokens),
    attributes: wholes(data.attributes),
    values: withValues ? reals(values) : 0,
    labels: wholes(data.labels),
    groups: wholes([0, L, 0, -1, own, 1, own + 1, 0]),
    stateLabels: wholes(features),
    stateWeights: reals(weights),
    denseWeights: reals(row),
    transition: reals(transition),
    ...{ weights: zeros(P * P), scale: zeros(P), transposed: zeros(L * P) },
    ...{ alphas: zeros(N * P), betas: zeros(N * P), errors: zeros(N * P), workspace: zeros(4 * P) },
    sequenceWeights: reals(counts),
    ...{
      losses: zeros(lengths.length),
      gradient: zeros(features.length),
      denseGradient: zeros(P),
      pairs: zeros(L * P),
    },
  };
  const plan = arena.allocate(featurePlanBytes);
  writeFeaturePlan(arena, fields, plan);
  const weightOf = (attribute: number, label: number) => {
    if (attribute === 3) return 0;
    if (attribute === 2) return label === L - 1 ? weights[own]! : 0;
    return attribute === 0 ? weights[label]! : row[label]!;
  };
  const scores = tokens.map((attributes, token) =>
    Array.from({ length: L }, (_, label) =>
      attributes.reduce((sum, a, i) => sum + values[data.tokens[token]! + i]! * weightOf(a, label), 0),
    ),
  );
  return { L, P, N, data, values, fields, plan, scores, transition };
}
type Problem = ReturnType<typeof problem>;

/** By all paths: each sequence's −log p(labels), each token's p(label) − 1 at the given one, and the expected moves [L,L]. */
function enumerate({ L, data, scores, transition }: Problem) {
  const errors = scores.map((row) => row.map(() => 0));
  const moves = new Float64Array(L * L);
  const losses = data.sequences.slice(1).map((end, s) => {
    const first = data.sequences[s]!;
    let paths: { path: number[]; score: number }[] = [{ path: [], score: 0 }];
    for (let t = first; t < end; t++) {
      paths = paths.flatMap(({ path, score }) =>
        scores[t]!.map((own, label) => ({
          path: [...path, label],
          score: score + own + (path.length > 0 ? transition[path.at(-1)! * L + label]! : 0),
        })),
      );
    }
    const top = Math.max(...paths.map(({ score }) => score));
    const total = paths.reduce((sum, { score }) => sum + Math.exp(score - top), 0);
    for (const { path, score } of paths) {
      const p = Math.exp(score - top) / total;
      for (const [n, label] of path.entries()) {
        errors[first + n]![label]! += p;
        if (n > 0) moves[path[n - 1]! * L + label]! += counts[s]! * p;
      }
    }
    for (let t = first; t < end; t++) errors[t]![data.labels[t]!]! -= 1;
    for (let t = first; t < end; t++) errors[t] = errors[t]!.map((error) => counts[s]! * error);
    const given = paths.find(({ path }) => path.every((label, n) => label === data.labels[first + n]))!;
    return counts[s]! * (top + Math.log(total) - given.score);
  });
  return { losses, errors, moves };
}

describe.each([
  [2, false, 1],
  [3, true, 1],
  [4, true, 40],
  [3, false, 400],
] as const)('sparse CRFs of %i labels, values %s, weights spread %i', (L, withValues, spread) => {
  it('losses, errors, gradients and moves = enumeration, in whatever parts', () => {
    const start = arena.allocate(0);
    const made = problem(L, withValues, spread);
    const { fields, plan, P, data, values } = made;
    const expected = enumerate(made);
    prepareTransitions(kernels, plan);
    const [whole, cut] = [
      { first: 0, end: 5, base: 0 },
      { first: 2, end: 5, base: data.sequences[2]! },
    ];
    featureMarginals(
      kernels,
      plan,
      [
        { first: 0, end: 2, base: 0 },
        { ...cut, base: 0 },
      ],
      1,
    );
    const losses = doubles(arena, fields.losses, 5).slice();
    for (const [s, loss] of losses.entries()) expect(Math.abs(loss - expected.losses[s]!)).toBeLessThan(1e-11 * spread);
    const errors = doubles(arena, fields.errors, made.N * P).slice();
    for (const [t, row] of expected.errors.entries()) {
      for (const [label, error] of row.entries()) expect(errors[t * P + label]).toBeCloseTo(error, 11);
    }
    featureGradient(kernels, plan, whole, 2, [
      { attributes: [0, 1], labels: [0, 1] },
      { attributes: [1, 4], labels: [1, L] },
    ]);
    const sum = (attribute: number, label: number) =>
      data.attributes.reduce((total, a, at) => {
        if (a !== attribute) return total;
        const token = data.tokens.findIndex((end) => end > at) - 1;
        return total + 2 * values[at]! * expected.errors[token]![label]!;
      }, 0);
    const gradient = doubles(arena, fields.gradient, L);
    for (const [label, found] of gradient.entries()) expect(found).toBeCloseTo(sum(0, label), 10);
    for (let label = 0; label < L; label++) {
      expect(doubles(arena, fields.denseGradient, P)[label]).toBeCloseTo(sum(1, label), 10);
    }
    const [pairs, weights] = [doubles(arena, fields.pairs, L * P), doubles(arena, fields.weights, P * P)];
    for (let i = 0; i < L; i++) {
      for (let j = 0; j < L; j++) {
        expect(pairs[i * P + j]! * weights[i * P + j]!).toBeCloseTo(expected.moves[i * L + j]!, 10);
      }
    }
    featureMarginals(kernels, plan, [cut], 1);
    expect(doubles(arena, fields.losses, 5)).toEqual(losses);
    expect(doubles(arena, fields.errors, P)).toEqual(errors.subarray(cut.base * P, (cut.base + 1) * P));
    arena.free(start);
  });

  it('scores = sums of weights; a scale multiplies them', () => {
    const start = arena.allocate(0);
    const { fields, plan, scores, N, data, ...made } = problem(L, withValues, spread / 100);
    const out = arena.allocate(8 * (N * L + 1)); // a dense row also writes the padding
    featureScores(kernels, plan, [1, N], out);
    for (const [i, found] of doubles(arena, out, (N - 1) * L).entries()) {
      expect(found).toBeCloseTo(scores[1 + Math.floor(i / L)]![i % L]!, 12);
    }
    prepareTransitions(kernels, plan);
    featureMarginals(kernels, plan, [{ first: 0, end: 5, base: 0 }], 3);
    const tripled = scores.map((row) => row.map((score) => 3 * score));
    const { losses } = enumerate({ ...made, fields, plan, N, data, scores: tripled });
    for (const [s, loss] of doubles(arena, fields.losses, 5).entries()) expect(loss).toBeCloseTo(losses[s]!, 11);
    arena.free(start);
  });
});

it('long vectors: sums and products', () => {
  const n = 40_001;
  const [x, y, out, workspace] = [n, n, n, dotWorkspace64(n)].map((length) => arena.allocate(8 * length)) as Four;
  const [xs, ys] = [x, y].map((pointer) => doubles(arena, pointer, n).map(() => Math.random())) as [
    Float64Array,
    Float64Array,
  ];
  doubles(arena, x, n).set(xs);
  doubles(arena, y, n).set(ys);
  expect(dot64(kernels, x, y, n, workspace)).toBeCloseTo(
    xs.reduce((sum, value, i) => sum + value * ys[i]!, 0),
    7,
  );
  combine64(kernels, { by: 2, vector: x }, { by: -3, vector: y }, out, n);
  expect(doubles(arena, out, n)).toEqual(xs.map((value, i) => 2 * value + -3 * ys[i]!));
});
type Four = [number, number, number, number];
