import {
  AlibiScore,
  Attention,
  BucketedScore,
  ChunkedAttention,
  GroupedQuery,
  MultiHead,
  RotaryScore,
  ScaledDotScore,
  ShawScore,
} from '@seqloom/attention';
import { Rng, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifyRecurrentLayer, verifySequenceLayer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CausalBlock, RMSNorm, TransformerBlock } from '../index.js';
import type { AttentionPlace, BlockOptions } from './block-options.js';

const options = (): BlockOptions => ({ size: 4, heads: 2, feedForward: { hiddenSize: 5 }, rng: new Rng(3) });
const over = (inner: (place: AttentionPlace) => ConstructorParameters<typeof MultiHead>[0]['inner']) => ({
  attention: (place: AttentionPlace) => {
    const { size, heads, rng } = place;
    return new MultiHead({ inner: inner(place), size, heads, rng });
  },
});
const scored = (make: (place: AttentionPlace) => ConstructorParameters<typeof Attention>[0]['scorer']) =>
  over((place) => new Attention({ scorer: make(place) as ScaledDotScore }));
const dot = () => new ScaledDotScore();

/** What may stand in a block, causal or not. */
const variants: Record<string, Partial<BlockOptions>> = {
  'post-norm': { norm: 'post' },
  'SwiGLU and RMSNorm': { feedForward: { activation: 'swiglu' }, normalization: (size) => new RMSNorm({ size }) },
  'rotary positions': scored(() => new RotaryScore({ inner: dot() })),
  ALiBi: scored(({ heads }) => new AlibiScore({ inner: dot(), heads })),
  "T5's positions": scored(
    ({ heads, rng }) => new BucketedScore({ inner: dot(), heads, buckets: 6, maxDistance: 8, rng }),
  ),
  "Shaw's positions": scored(
    ({ size, heads }) => new ShawScore({ size: size / heads, maxDistance: 2, rng: new Rng(8) }),
  ),
  'chunked attention': over(() => new ChunkedAttention()),
  'grouped queries': {
    attention: ({ size, heads, rng }) =>
      new GroupedQuery({ inner: new Attention({ scorer: dot() }), size, heads, keyHeads: 1, rng }),
  },
  'dropped weights': { dropout: { attention: 0.5 } },
  'attention without projections': { attention: () => new Attention({ scorer: dot() }) },
};

describe.each(backendsHere())('blocks on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.entries(variants).slice(backend === 'cpu' ? 7 : 0))('%s, causal', (_, variant) =>
    verifyRecurrentLayer(() => new CausalBlock({ ...options(), ...variant, rng: new Rng(3) }), 4),
  );
  it.each(Object.entries(variants).slice(0, backend === 'cpu' ? 1 : 3))('%s, in both directions', (_, variant) =>
    verifySequenceLayer(() => new TransformerBlock({ ...options(), ...variant, rng: new Rng(3) }), 4),
  );
});

it('dropped weights: softmax in evaluation, in one op; in training some are 0, and their mean is softmax', async () => {
  await useBackend('wasm');
  const plain = new TransformerBlock(options());
  const block = new TransformerBlock({ ...options(), dropout: { attention: 0.4 } });
  const values = [...plain.namedVariables()];
  for (const [i, [, variable]] of [...block.namedVariables()].entries()) variable.assign(values[i]![1]);
  const input = { values: tf.randomNormal<tf.Rank.R3>([2, 3, 4]), mask: tf.ones<tf.Rank.R2>([2, 3], 'bool') };
  const softmax = plain.forward(input);
  await expectClose(block.forward(input).output.values, softmax.output.values, 0);
  block.train();
  const draws = Array.from({ length: 250 }, () => block.forward(input).weights);
  const zeros = (await tf.mean(tf.cast(tf.equal(tf.stack(draws), 0), 'float32')).data())[0]!;
  expect(Math.abs(zeros - 0.4)).toBeLessThan(0.03);
  await expectClose(tf.mean(tf.stack(draws), 0), softmax.weights, 0.2);
  const off = new TransformerBlock({ ...options(), dropout: { attention: 0 } }).train();
  await expectClose(off.forward(input).output.values, softmax.output.values, 0);
  const wrong = { ...options(), dropout: { weights: 1 } as never };
  expect(() => new TransformerBlock(wrong)).toThrow(/unknown option `weights`/);
});
