/** Scorers that read the step before: the laws, and three steps of each beside its paper's formula in plain loops. */
import { type Alignment, type Module, Rng, type Scorer, sequence, useBackend } from '@seqloom/core';
import { expectClose, verifyAttends, verifyScorer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AdditiveScore,
  Attention,
  CoverageScore,
  DotScore,
  DynamicConvolutionScore,
  ForwardScore,
  GaussianMixtureScore,
  LocalMonotonicScore,
  LocalPredictiveScore,
  LocationSensitiveScore,
} from '../index.js';
import { lawBackends } from '../law-backends.js';

const [querySize, keySize, size, K] = [3, 4, 5, 6];
const rng = () => new Rng(1);
const additive = () => new AdditiveScore({ querySize, keySize, size, rng: rng() });
const entries = {
  CoverageScore: () => new CoverageScore({ querySize, keySize, size, rng: rng() }),
  LocationSensitiveScore: () =>
    new LocationSensitiveScore({ querySize, keySize, size, filters: 2, width: 3, rng: rng() }),
  'LocationSensitiveScore, cumulative': () =>
    new LocationSensitiveScore({ querySize, keySize, size, filters: 2, width: 3, cumulative: true, rng: rng() }),
  ForwardScore: () => new ForwardScore({ inner: additive() }),
  'ForwardScore with an agent': () => new ForwardScore({ inner: additive(), agentSize: querySize, rng: rng() }),
  GaussianMixtureScore: () => new GaussianMixtureScore({ querySize, size, components: 2, rng: rng() }),
  DynamicConvolutionScore: () => new DynamicConvolutionScore({ querySize, size, filters: 2, width: 3, rng: rng() }),
  LocalMonotonicScore: () => new LocalMonotonicScore({ inner: additive(), reach: 2 }),
  LocalPredictiveScore: () =>
    new LocalPredictiveScore({ inner: additive(), querySize, size, reach: 3, rng: new Rng(4) }),
} satisfies Record<string, () => Module & Scorer<unknown>>;

/** Scorers around others. */
const wrapped: Record<string, (inner: Scorer) => Scorer<unknown>> = {
  ForwardScore: (inner) => new ForwardScore({ inner, agentSize: querySize }) as Scorer<unknown>,
  LocalMonotonicScore: (inner) => new LocalMonotonicScore({ inner }) as Scorer<unknown>,
  LocalPredictiveScore: (inner) => new LocalPredictiveScore({ inner, querySize, size }) as Scorer<unknown>,
};

type Row = number[];
type Energies = (query: Row, keys: Row[], history: Row[]) => Row;
const dot = (a: Row, b: Row) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const sum = (...rows: Row[]) => rows[0]!.map((_, i) => rows.reduce((total, row) => total + row[i]!, 0));
/** The numbers of parameters, read once before a formula runs: GPUs cannot be asked in the middle of it. */
const numbers = new WeakMap<tf.Tensor, unknown>();
const matrix = (tensor: tf.Tensor) => numbers.get(tensor) as Row[];
const vector = (tensor: tf.Tensor) => numbers.get(tensor) as Row;
const cube = (tensor: tf.Tensor) => numbers.get(tensor) as Row[][];
const times = (x: Row, W: Row[]) => W[0]!.map((_, j) => x.reduce((total, value, i) => total + value * W[i]![j]!, 0));
const tanh = (x: Row) => x.map(Math.tanh);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log1p(Math.exp(x));
const at = (row: Row | undefined, k: number) => row?.[k] ?? 0;
const firstKey: Row = [1, 0, 0, 0, 0, 0];

/** The weights of three steps: softmax of the literal energies, which see the weights of all steps before. */
function literally(energies: Energies, queries: Row[], keys: Row[]): Row[] {
  const history: Row[] = [];
  for (const query of queries) {
    const exps = energies(query, keys, history).map(Math.exp);
    history.push(exps.map((x) => x / exps.reduce((a, b) => a + b)));
  }
  return history;
}

function additiveEnergies(
  s: AdditiveScore | CoverageScore | LocationSensitiveScore,
  located: (history: Row[], k: number) => Row,
): Energies {
  const [W, U, b, v] = [
    matrix(s.query),
    matrix(s.key),
    s.bias ? vector(s.bias) : Array<number>(size).fill(0),
    vector(s.energy),
  ];
  return (query, keys, history) =>
    keys.map((key, k) => dot(v, tanh(sum(times(query, W), times(key, U), b, located(history, k)))));
}

const formulas: { [Name in keyof typeof entries]: (made: ReturnType<(typeof entries)[Name]>) => Energies } = {
  CoverageScore: (s) =>
    additiveEnergies(s, (history, k) =>
      vector(s.coverage).map((w) => w * history.reduce((total, row) => total + row[k]!, 0)),
    ),
  LocationSensitiveScore: (s) =>
    additiveEnergies(s, (history, k) => {
      const F = cube(s.filter);
      return times(
        [0, 1].map((f) => [0, 1, 2].reduce((t, i) => t + at(history.at(-1), k + i - 1) * F[i]![0]![f]!, 0)),
        matrix(s.location),
      );
    }),
  'LocationSensitiveScore, cumulative': (s) =>
    additiveEnergies(s, (history, k) => {
      const F = cube(s.filter);
      const channels = [history.at(-1), history.length > 0 ? sum(...history) : undefined];
      const feature = (f: number) =>
        channels.reduce((t, row, c) => t + [0, 1, 2].reduce((u, i) => u + at(row, k + i - 1) * F[i]![c]![f]!, 0), 0);
      return times([feature(0), feature(1)], matrix(s.location));
    }),
  ForwardScore: (s) => forward(s, () => 0.5),
  'ForwardScore with an agent': (s) =>
    forward(s, (queries) =>
      queries.length > 0
        ? sigmoid(times(queries.at(-1)!, matrix(s.agent!.weight))[0]! + vector(s.agent!.bias)[0]!)
        : 0.5,
    ),
  GaussianMixtureScore(s) {
    let mean = [0, 0];
    return (query, keys) => {
      const made = sum(
        times(tanh(sum(times(query, matrix(s.query)), vector(s.bias))), matrix(s.mixture)),
        vector(s.mixtureBias),
      );
      const shares = made.slice(0, 2).map(Math.exp);
      mean = mean.map((m, i) => m + softplus(made[2 + i]!));
      const sigma = made.slice(4).map((x) => softplus(x) + 1e-5);
      const bell = (m: number, k: number) =>
        Math.exp(-((k - mean[m]!) ** 2) / (2 * sigma[m]! ** 2)) / (sigma[m]! * Math.sqrt(2 * Math.PI));
      return keys.map((_, k) =>
        Math.log([0, 1].reduce((t, m) => t + (shares[m]! / (shares[0]! + shares[1]!)) * bell(m, k), 0)),
      );
    };
  },
  DynamicConvolutionScore: (s) => (query, keys, history) => {
    const before = history.at(-1) ?? firstKey;
    const own = times(tanh(sum(times(query, matrix(s.query)), vector(s.queryBias))), matrix(s.dynamicFilter)); // [width·filters]
    const beta = (a: number, b: number) => (gamma(a) * gamma(b)) / gamma(a + b);
    const advance = (n: number) =>
      (gamma(11) / (gamma(n + 1) * gamma(11 - n))) * (beta(n + 0.1, 10 - n + 0.9) / beta(0.1, 0.9));
    return keys.map((_, k) => {
      const f = [0, 1].map((c) =>
        [0, 1, 2].reduce((t, i) => t + at(before, k + i - 1) * matrix(s.staticFilter)[i]![c]!, 0),
      );
      const g = [0, 1].map((c) => [0, 1, 2].reduce((t, i) => t + at(before, k + i - 1) * own[2 * i + c]!, 0));
      const hidden = tanh(sum(times(f, matrix(s.staticFeature)), times(g, matrix(s.dynamicFeature)), vector(s.bias)));
      let prior = 0;
      for (let n = 0; n <= 10; n++) prior += at(before, k - n) * advance(n);
      return times(hidden, matrix(s.energy))[0]! + Math.log(Math.max(prior, 1e-6));
    });
  },
  LocalMonotonicScore: (s) => (query, keys, history) =>
    additiveEnergies(s.inner as AdditiveScore, () => Array<number>(size).fill(0))(query, keys, []).map((e, k) =>
      Math.abs(k - history.length) <= 2 ? e : Number.NEGATIVE_INFINITY,
    ),
  LocalPredictiveScore: (s) => (query, keys) => {
    const p = K * sigmoid(times(tanh(times(query, matrix(s.query))), matrix(s.place))[0]!);
    const inner = additiveEnergies(s.inner as AdditiveScore, () => Array<number>(size).fill(0))(query, keys, []);
    return inner.map((e, k) => (Math.abs(k - p) <= 3 ? e - (k - p) ** 2 / (2 * 1.5 ** 2) : Number.NEGATIVE_INFINITY));
  },
};

/** w(k) ∝ exp(e(k))·((1−u)·w'(k) + u·w'(k−1)). */
function forward(s: ForwardScore, agent: (queries: Row[]) => number): Energies {
  const inner = additiveEnergies(s.inner as AdditiveScore, () => Array<number>(size).fill(0));
  const queries: Row[] = [];
  return (query, keys, history) => {
    const [before, u] = [history.at(-1) ?? firstKey, agent(queries)];
    queries.push(query);
    return inner(query, keys, []).map((e, k) => e + Math.log((1 - u) * before[k]! + u * at(before, k - 1)));
  };
}

/** Γ by Lanczos' series, good to 1e-10 here. */
function gamma(x: number): number {
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const c = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
    -0.5395239384953e-5,
  ];
  const series = c.reduce((total, value, i) => total + value / (x + i), 1.000000000190015);
  return Math.sqrt(2 * Math.PI) * (x + 4.5) ** (x - 0.5) * Math.exp(-(x + 4.5)) * series;
}

describe.each(lawBackends)('scorers that look back, on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(entries))('%s keeps the laws of scorers', (_, make) =>
    verifyScorer<unknown>(make, { querySize, keySize, ordered: true }),
  );

  it.each(Object.entries(entries))('%s is attended to', (_, make) =>
    verifyAttends(
      () => new Attention<unknown>({ scorer: make() }),
      { querySize, keySize, valueSize: 2 },
      { ordered: true },
    ),
  );

  it.each(Object.keys(entries) as (keyof typeof entries)[])('%s is its formula, for three steps', async (name) => {
    const made = entries[name]();
    const random = new Rng(7);
    const rows = (count: number, length: number) =>
      Array.from({ length: count }, () => Array.from({ length }, () => random.normal()));
    const [queries, keys] = [rows(3, querySize), rows(K, keySize)];
    const attention = new Attention({ scorer: made as Scorer<unknown> });
    const memory = attention.remember(sequence(tf.tensor3d([keys])));
    let previous: Alignment | undefined;
    const steps = queries.map((query) => {
      const seen = attention.attend(tf.tensor3d([[query]]), memory, { previous });
      previous = seen;
      return tf.reshape(seen.weights, [K]);
    });
    for (const [, variable] of made.namedVariables()) numbers.set(variable, await variable.array());
    const expected = literally(formulas[name](made as never), queries, keys);
    await expectClose(tf.stack(steps), expected, 1e-5, name);
  });
});

/** The weights of three steps, [3,K]: keys, queries and parameters are always the same, only the padding is not. */
function alongReal(make: () => Scorer<unknown>, mask: Row): tf.Tensor {
  const random = new Rng(7);
  const row = (length: number) => Array.from({ length }, () => random.normal());
  const queries = [1, 2, 3].map(() => row(querySize));
  const keys = mask.map((one) => (one ? row(keySize) : Array<number>(keySize).fill(Number.NaN)));
  const attention = new Attention({ scorer: make() });
  const memory = attention.remember({ values: tf.tensor3d([keys]), mask: tf.tensor2d([mask], undefined, 'bool') });
  let previous: Alignment | undefined;
  const steps = queries.map((query) => {
    previous = attention.attend(tf.tensor3d([[query]]), memory, { previous });
    return tf.squeeze(previous.weights, [0, 1]);
  });
  const real = mask.flatMap((one, k) => (one ? [k] : []));
  return tf.gather(tf.stack(steps), tf.tensor1d(real, 'int32'), 1);
}

describe.each(lawBackends)('padding that scorers do not see when they look back, on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const dense = [1, 1, 1, 1];

  it.each(Object.entries(entries))('in front: %s', (_, make) =>
    expectClose(alongReal(make, [0, 0, ...dense]), alongReal(make, dense), 1e-5),
  );

  it.each(Object.entries(entries).filter(([name]) => !/Location|Convolution/.test(name)))(
    'in between: %s', // filters see neighbours, padding too
    (_, make) => expectClose(alongReal(make, [1, 0, 1, 0, 0, 1, 1, 0]), alongReal(make, dense), 1e-5),
  );
});

describe.each(Object.entries(wrapped))('%s over a scorer that looks back', (_, wrap) => {
  it.each(['CoverageScore', 'LocationSensitiveScore', 'ForwardScore with an agent'] as const)(
    '%s: it sees the step before, and its own state',
    async (name) => {
      await useBackend('cpu');
      const inner = entries[name]() as Scorer<tf.Tensor3D>;
      const seen: (Alignment | undefined)[] = [];
      const watched: Scorer = {
        prepare: (keys) => inner.prepare(keys),
        score(query, keys, previous) {
          seen.push(previous);
          return inner.score(query, keys, previous);
        },
        remember: (weights, ...given) => inner.remember!(weights, ...given),
      };
      const attention = new Attention<unknown>({ scorer: wrap(watched) });
      const memory = attention.remember(sequence(tf.randomNormal([1, K, keySize], 0, 1, 'float32', 1)));
      const query = tf.randomNormal<tf.Rank.R3>([1, 1, querySize], 0, 1, 'float32', 2);
      const first = attention.attend(query, memory);
      const second = attention.attend(query, memory, { previous: first });
      attention.attend(query, memory, { previous: second });
      const keys = inner.prepare(memory.values);
      const once = inner.remember!(first.weights, query, keys);
      const twice = inner.remember!(second.weights, query, keys, { weights: first.weights, state: once });
      expect(seen[0]).toBeUndefined();
      for (const [i, state] of [once, twice].entries()) {
        await expectClose(seen[i + 1]!.weights, [first, second][i]!.weights, 0);
        await expectClose(seen[i + 1]!.state!, state, 1e-6);
      }
    },
  );
});

it('a window and a number of bells are said to be wrong', () => {
  expect(() => new LocationSensitiveScore({ querySize, keySize, size, width: 4 })).toThrow('`width` must be odd');
  expect(() => new GaussianMixtureScore({ querySize, size, components: 0 })).toThrow('`components`');
  expect(() => new ForwardScore({ inner: {} as never })).toThrow('`inner` must be a scorer');
  expect(() => new LocalMonotonicScore({ inner: new DotScore(), reach: -1 })).toThrow('`reach`');
});
