/** Positions: the peers' numbers, the laws, and that distances alone count. */
import { Rng, type Scorer, sequence, useBackend } from '@seqloom/core';
import { expectClose, verifyAttends, verifyModule, verifyOp, verifyScorer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import file from '../__fixtures__/positions.json' with { type: 'json' };
import {
  AlibiScore,
  Attention,
  BucketedScore,
  CoverageScore,
  causalMask,
  DotScore,
  GroupedQuery,
  LearnedPositions,
  MultiHead,
  RotaryScore,
  rotate,
  ScaledDotScore,
  ShawScore,
  sinusoidal,
} from '../index.js';
import { lawBackends } from '../law-backends.js';
import { alibiSlopes } from './alibi.js';
import { bucketOf } from './bucketed.js';
import { rotation } from './rotation.js';

const [peer] = file.cases;
const rng = () => new Rng(1);
const sizes = { querySize: 4, keySize: 4 };
const entries: Record<string, () => Scorer<unknown>> = {
  'RotaryScore, half': () => new RotaryScore({ inner: new ScaledDotScore() }),
  'RotaryScore, interleaved': () => new RotaryScore({ inner: new DotScore(), layout: 'interleaved' }),
  AlibiScore: () => new AlibiScore({ inner: new DotScore() }),
  BucketedScore: () => new BucketedScore({ inner: new DotScore(), buckets: 8, maxDistance: 16, rng: rng() }),
  ShawScore: () => new ShawScore({ size: 4, maxDistance: 3, rng: rng() }),
  'AlibiScore of one that looks back': () =>
    new AlibiScore({ inner: new CoverageScore({ ...sizes, size: 3, rng: rng() }) }),
};

describe.each(lawBackends)('positions on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(entries))('%s keeps the laws of scorers', (_, make) =>
    verifyScorer(make, { ...sizes, ordered: true }),
  );

  it.each(Object.entries(entries))('%s is attended to', (_, make) =>
    verifyAttends(() => new Attention({ scorer: make() }), { ...sizes, valueSize: 2 }, { ordered: true }),
  );

  it('RoPE equals the peer, in both layouts', async () => {
    const heads = tf.reshape(tf.tensor(peer!.input), [4, 6, 8]) as tf.Tensor3D;
    await expectClose(rotate(heads), tf.squeeze(tf.tensor(peer!.ropeHalf), [0]), 1e-5);
    await expectClose(
      rotate(heads, { layout: 'interleaved' }),
      tf.squeeze(tf.tensor(peer!.ropeInterleaved), [0]),
      1e-5,
    );
  });

  it.each(['half', 'interleaved'] as const)('RoPE, %s: fused = composed = finite differences', async (layout) => {
    const x = tf.randomNormal([2, 3, 8], 0, 1, 'float32', 1);
    const turns = [4, 2, 1].map((pairs) => ({ layout, base: 100, start: 2, pairs }));
    await verifyOp(
      rotation,
      turns.map((attributes) => ({ name: `${attributes.pairs} pairs`, inputs: { x }, attributes })),
    );
  });

  it.each(['half', 'interleaved'] as const)('RoPE, %s: heads side by side turn as each alone', async (layout) => {
    const x = tf.randomNormal<tf.Rank.R3>([2, 5, 12], 0, 1, 'float32', 1);
    const alone = tf.split<tf.Tensor3D>(x, 3, 2).map((head) => rotate(head, { layout, start: 3 }));
    await expectClose(rotate(x, { layout, start: 3, heads: 3 }), tf.concat(alone, 2), 1e-6);
  });

  it.each([2, 1])('rotary heads over %i of keys: in one op they are what each head is', async (keyHeads) => {
    const [together, apart] = [new ScaledDotScore(), new DotScore()].map((inner) => {
      const attention = new Attention({ scorer: new RotaryScore({ inner }) });
      return new GroupedQuery({ inner: attention, heads: 2, keyHeads, size: 8, rng: rng() });
    });
    const x = tf.randomNormal<tf.Rank.R3>([2, 5, 8], 0, 1, 'float32', 1);
    const query = tf.slice(x, [0, 3, 0], [2, 2, 8]);
    const given = { values: x, mask: tf.tensor2d([1, 1, 1, 1, 0, 1, 1, 1, 1, 1], [2, 5], 'bool') };
    const { context, weights } = together!.attend(query, together!.remember(given), { mask: causalMask(2, 5) });
    await expectClose(
      together!.weights(query, together!.remember(given), undefined, { mask: causalMask(2, 5) }),
      weights,
      1e-6,
    );
    apart!.query.weight.assign(tf.div(apart!.query.weight, Math.sqrt(4))); // dot products as they are: not in one op
    const own = apart!.attend(query, apart!.remember(given), { mask: causalMask(2, 5) });
    await expectClose(own.weights, weights, 1e-6);
    await expectClose(own.context, context, 1e-5);
  });

  it.each(['half', 'interleaved'] as const)(
    'RoPE, %s: one query after another sees what all see together',
    async (layout) => {
      const x = tf.randomNormal<tf.Rank.R3>([2, 5, 4], 0, 1, 'float32', 1);
      const rotary = new RotaryScore({ inner: new DotScore(), layout });
      const together = rotary.score(x, rotary.prepare(x));
      for (const [t] of [0, 1, 2, 3, 4].entries()) {
        const seen = tf.slice(x, [0, 0, 0], [2, t + 1, 4]);
        const alone = rotary.score(tf.slice(x, [0, t, 0], [2, 1, 4]), rotary.prepare(seen));
        await expectClose(alone, tf.slice(together, [0, t, 0], [2, 1, t + 1]), 1e-5);
      }
      const shifted = tf.matMul(rotate(x, { layout, start: 7 }), rotate(x, { layout, start: 7 }), false, true);
      await expectClose(shifted, together, 1e-4);
    },
  );

  it('ALiBi equals the peer, head by head', async () => {
    const alibi = new AlibiScore({ inner: new DotScore(), heads: 4 });
    const zeros = tf.zeros<tf.Rank.R3>([8, 6, 2]);
    const energies = alibi.score(zeros, alibi.prepare(zeros));
    await expectClose(energies, [...peer!.alibi, ...peer!.alibi], 1e-6);
  });

  it('sinusoidal positions equal the peer, from any start', async () => {
    await expectClose(sinusoidal(6, 10), peer!.sinusoidal, 1e-6);
    await expectClose(sinusoidal(2, 10, 4), peer!.sinusoidal.slice(4), 1e-6);
  });

  it('Shaw: the formula, clipped', async () => {
    const shaw = new ShawScore({ size: 2, maxDistance: 1, rng: rng() });
    const r = await shaw.distance.array();
    const [query, keys] = [
      [
        [1, 2],
        [0.5, -1],
      ],
      [
        [0.3, 0.1],
        [2, 1],
        [-1, 0.4],
      ],
    ];
    const literal = query.map((q, i) =>
      keys.map((k, j) => {
        const place = Math.max(-1, Math.min(1, j - (i + 1))) + 1; // the queries are the last two of three
        return (q[0]! * (k[0]! + r[place]![0]!) + q[1]! * (k[1]! + r[place]![1]!)) / Math.SQRT2;
      }),
    );
    await expectClose(shaw.score(tf.tensor3d([query]), shaw.prepare(tf.tensor3d([keys]))), [literal], 1e-5);
  });

  it('each head has its own bias', () =>
    verifyAttends(
      () => {
        const inner = new Attention({
          scorer: new BucketedScore({ inner: new ScaledDotScore(), heads: 2, rng: rng() }),
        });
        return new MultiHead({ inner, heads: 2, size: 4, rng: rng() });
      },
      { ...sizes, valueSize: 4 },
      { ordered: true },
    ));

  it('learned positions are added, padding stays 0', async () => {
    await verifyModule(() => new LearnedPositions({ maxLength: 5, size: 2 }));
    const positions = new LearnedPositions({ maxLength: 5, size: 2 });
    const mask = tf.tensor2d([1, 1, 0], [1, 3], 'bool');
    const x = sequence(tf.tensor3d([1, 1, 1, 1, Number.NaN, 1], [1, 3, 2]), mask);
    const rows = (await positions.weight.array()).slice(2, 4).map((row) => row.map((value) => value + 1));
    await expectClose(positions.forward(x, 2).values, [[...rows, [0, 0]]], 1e-6);
    expect(() => positions.forward(x, 3)).toThrow('steps 3 to 5, but there are 5 positions');
  });
});

it("T5's buckets equal the peer's", () => {
  const t5 = { buckets: 32, maxDistance: 128 };
  const bidirectional = peer!.t5Relative.map((distance) => bucketOf(distance, { ...t5, bidirectional: true }));
  const causal = peer!.t5Relative.map((distance) => bucketOf(distance, { ...t5, bidirectional: false }));
  expect(bidirectional).toEqual(peer!.t5Bidirectional);
  expect(causal).toEqual(peer!.t5Causal);
});

it('slopes of 8 heads are halves, and of 6 the paper’s', () => {
  expect(alibiSlopes(1)).toEqual([1 / 16]);
  expect(alibiSlopes(2)).toEqual([1 / 16, 1 / 256]);
  expect(alibiSlopes(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => 2 ** -n));
  expect(alibiSlopes(6)).toEqual([2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8, 2 ** -1, 2 ** -3]);
});

it('says what cannot be', () => {
  expect(() => rotate(tf.ones([1, 2, 3]))).toThrow('an even number of features');
  expect(() => sinusoidal(2, 3)).toThrow('`size` must be even');
  expect(() => new AlibiScore({ inner: {} as never })).toThrow('`inner` must be a scorer');
  expect(() => new RotaryScore({ inner: new DotScore(), layout: 'both' as never })).toThrow('RotaryScore: `layout`');
});
