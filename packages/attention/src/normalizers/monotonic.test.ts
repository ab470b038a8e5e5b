/** Normalisers that only go forward, and one whose keys know their neighbours, beside their papers' formulas in plain loops. */
import { type Alignment, Rng, type Scorer, sequence, useBackend } from '@seqloom/core';
import { checkGradients, expectClose, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Attention,
  CoverageScore,
  DotScore,
  type KeyChain,
  MultiHead,
  mocha,
  monotonic,
  structured,
} from '../index.js';
import { lawBackends } from '../law-backends.js';
import { monotonicWeights } from './monotonic.js';

type Row = number[];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const random = (rng: Rng, shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
const energies = () => random(new Rng(3), [1, 2, 5]) as tf.Tensor3D;
const mask = () => tf.tensor3d([1, 1, 1, 1, 1, 1, 0, 1, 1, 0], [1, 2, 5], 'bool');
/** Where the step before stood: somewhere, and nowhere yet. */
const previous = (): Alignment => ({ weights: tf.tensor3d([0.1, 0.5, 0.2, 0.1, 0, 1, 0, 0, 0, 0], [1, 2, 5]) });

/** α_j = p_j Σ_{k≤j} α'_k Π_{l=k}^{j−1} (1 − p_l). */
function literally(p: Row, before: Row): Row {
  return p.map((stop, j) => {
    let sum = 0;
    for (let k = 0; k <= j; k++)
      sum += before[k]! * p.slice(k, j).reduce((product, passed) => product * (1 - passed), 1);
    return stop * sum;
  });
}

function stopsOf(rows: Row[], allowed: Row[]): Row[] {
  return rows.map((row, q) => row.map((energy, k) => (allowed[q]![k] ? sigmoid(energy) : 0)));
}

await useBackend('cpu');
const [rows, allowed, before] = [energies, mask, () => previous().weights].map(
  (make) => (make().arraySync() as Row[][])[0]!,
);
const expected = stopsOf(rows!, allowed!).map((p, q) => literally(p, before![q]!));

describe.each(lawBackends)('monotonic on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(['recursive', 'parallel'] as const)('%s is the formula', (form) =>
    expectClose(monotonic({ form })(energies(), mask(), previous()), [expected], 1e-5),
  );

  it('starts at the first key', () =>
    expectClose(
      monotonic()(energies(), mask()),
      [stopsOf(rows!, allowed!).map((p) => literally(p, [1, 0, 0, 0, 0]))],
      1e-6,
    ));

  it('its op keeps the laws of ops', () =>
    verifyOp(monotonicWeights, [
      { name: 'some', inputs: { stops: tf.sigmoid(energies()), before: previous().weights }, attributes: {} },
      { name: 'one key', inputs: { stops: tf.fill([2, 1, 1], 0.3), before: tf.ones([2, 1, 1]) }, attributes: {} },
    ]));

  it('hard: the first key from where it was that stops it; recursive comes to the same where energies are sure', async () => {
    const sure = tf.tensor3d([-1e4, 1e4, -1e4, 1e4, 1e4], [1, 1, 5]);
    const oneAt = (k: number) =>
      tf.tensor3d(
        [0, 1, 2, 3, 4].map((i) => Number(i === k)),
        [1, 1, 5],
      );
    const at = (k: number): Alignment => ({ weights: oneAt(k) });
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [2, 3],
      [4, 4],
    ] as const) {
      const all = tf.ones([1, 1, 5], 'bool') as tf.Tensor3D;
      const one = oneAt(to);
      await expectClose(monotonic({ form: 'hard' })(sure, all, at(from)), one, 0);
      await expectClose(monotonic()(sure, all, at(from)), one, 1e-6);
    }
    const none = monotonic({ form: 'hard' })(tf.fill([1, 1, 5], -1), tf.ones([1, 1, 5], 'bool'));
    await expectClose(none, tf.zeros([1, 1, 5]), 0);
  });

  it('MoChA: softmax over the keys up to each stop', async () => {
    const window = 3;
    const chunked = expected.map((alpha, q) => {
      const exps = rows![q]!.map((energy, k) => (allowed![q]![k] ? Math.exp(energy) : 0));
      return exps.map((own, j) => {
        let sum = 0;
        for (let k = j; k < Math.min(j + window, 5); k++) {
          const total = exps.slice(Math.max(0, k - window + 1), k + 1).reduce((a, b) => a + b, 0);
          if (own > 0) sum += (alpha[k]! * own) / total;
        }
        return sum;
      });
    });
    await expectClose(mocha({ window })(energies(), mask(), previous()), [chunked], 1e-5);
    await expectClose(mocha({ window: 1 })(energies(), mask(), previous()), [expected], 1e-5);
  });

  it('MoChA goes on from where it stopped, also behind a scorer with a state, and in heads', async () => {
    const sizes = { querySize: 3, keySize: 4, size: 5 };
    const scorer = new CoverageScore({ ...sizes, rng: new Rng(1) });
    const [window, memory] = [3, sequence(random(new Rng(2), [1, 5, 4]) as tf.Tensor3D)];
    const attention = new Attention<unknown>({ scorer: scorer as Scorer<unknown>, normalize: mocha({ window }) });
    const [stops, chunks] = [monotonic(), mocha({ window })];
    const keys = scorer.prepare(memory.values);
    const remembered = attention.remember(memory);
    const all = tf.ones<tf.Rank.R3>([1, 1, 5], 'bool');
    let [previous, covered, stopped]: (Alignment | undefined)[] = [];
    for (const seed of [3, 4, 5]) {
      const query = random(new Rng(seed), [1, 1, 3]) as tf.Tensor3D;
      const seen = attention.attend(query, remembered, { previous });
      const energies = scorer.score(query, keys, covered);
      const weights: tf.Tensor3D = chunks(energies, all, stopped);
      stopped = { weights: stops(energies, all, stopped) };
      covered = { weights, state: scorer.remember(weights, query, keys, covered) };
      await expectClose(seen.weights, weights, 1e-5);
      await expectClose(seen.state!, tf.concat([covered.state!, stopped.weights], 2), 1e-5);
      previous = seen;
    }
    const inner = new Attention({ scorer: new DotScore(), normalize: mocha({ window }) });
    const heads = new MultiHead({ inner, heads: 2, size: 4 });
    const [queries, read] = [random(new Rng(6), [1, 1, 4]) as tf.Tensor3D, heads.remember(memory)];
    const { state } = heads.attend(queries, read, { previous: heads.attend(queries, read) });
    expect(state!.shape).toEqual([2, 1, 5]);
  });

  it.each(
    Object.entries({ recursive: monotonic(), parallel: monotonic({ form: 'parallel' }), mocha: mocha({ window: 2 }) }),
  )('%s: gradients; masked keys weigh 0 whatever stands there; ±1e4 stays finite', async (_, normalize) => {
    await checkGradients(
      (x) => tf.sum(tf.square(normalize(x as tf.Tensor3D, mask(), previous()))) as tf.Scalar,
      [energies()],
    );
    const filled = tf.where(mask(), energies() as tf.Tensor, Number.NaN) as tf.Tensor3D;
    await expectClose(normalize(filled, mask(), previous()), normalize(energies(), mask(), previous()), 0);
    const extreme = await normalize(tf.mul(energies(), 1e4), mask(), previous()).data();
    expect(extreme.every((weight) => weight >= 0 && weight < 1.001)).toBe(true);
    const nothing = normalize(energies(), tf.zeros([1, 2, 5], 'bool'), previous());
    await expectClose(nothing, tf.zeros([1, 2, 5]), 0);
  });

  it('structured: marginals of a chain over the keys, by enumeration', async () => {
    const transition = tf.tensor2d([
      [0.5, -0.3],
      [-0.2, 0.8],
    ]);
    const weights = structured({ marginals, transition })(energies(), mask());
    const flat = (await transition.array()) as Row[];
    const literal = rows!.map((row, q) => {
      const real = row.map((_, k) => k).filter((k) => allowed![q]![k]);
      const [sums, total] = [row.map(() => 0), { of: 0 }];
      for (let code = 0; code < 2 ** real.length; code++) {
        const z = real.map((_, i) => (code >> i) & 1);
        const score = z.reduce((sum, one, i) => sum + one * row[real[i]!]! + (i > 0 ? flat[z[i - 1]!]![one]! : 0), 0);
        total.of += Math.exp(score);
        for (const [i, k] of real.entries()) sums[k]! += z[i]! * Math.exp(score);
      }
      return sums.map((sum) => sum / total.of);
    });
    await expectClose(weights, [literal], 1e-5);
  });
});

/** Marginals by the gradient of the log partition, keys one by one. */
function marginals({ transition, emission, mask: real }: KeyChain): tf.Tensor3D {
  const partition = (moved: tf.Tensor) => {
    const steps = tf.unstack(moved, 1) as tf.Tensor2D[];
    const masks = tf.unstack(tf.cast(real, 'float32'), 1).map((m) => tf.expandDims(m, 1));
    let [alpha, begun] = [tf.zerosLike(steps[0]!) as tf.Tensor, tf.zerosLike(masks[0]!)];
    for (const [k, step] of steps.entries()) {
      const moves = tf.logSumExp(tf.add(tf.expandDims(alpha, 2), transition), 1);
      const next = tf.add(tf.add(tf.mul(moves, begun), tf.mul(alpha, tf.sub(1, begun))), step);
      alpha = tf.add(tf.mul(next, masks[k]!), tf.mul(alpha, tf.sub(1, masks[k]!)));
      begun = tf.maximum(begun, masks[k]!);
    }
    return tf.sum(tf.logSumExp(alpha, 1)) as tf.Scalar;
  };
  return tf.grad(partition)(emission) as tf.Tensor3D;
}

it('says which option it cannot', () => {
  expect(() => monotonic({ form: 'soft' as never })).toThrow('monotonic: `form`');
  expect(() => mocha({ window: 0 })).toThrow('mocha: `window`');
  expect(() => structured({ marginals, transition: tf.zeros([3, 3]) })).toThrow('`transition` must have shape [2,2]');
});
