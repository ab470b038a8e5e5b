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
import { backendsHere, verifyRecurrentLayer, verifySequenceLayer } from '@seqloom/core/testing';
import { beforeAll, describe, it } from 'vitest';
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
  'attention without projections': { attention: () => new Attention({ scorer: dot() }) },
};

describe.each(backendsHere())('blocks on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.entries(variants).slice(backend === 'cpu' ? 6 : 0))('%s, causal', (_, variant) =>
    verifyRecurrentLayer(() => new CausalBlock({ ...options(), ...variant, rng: new Rng(3) }), 4),
  );
  it.each(Object.entries(variants).slice(0, backend === 'cpu' ? 1 : 3))('%s, in both directions', (_, variant) =>
    verifySequenceLayer(() => new TransformerBlock({ ...options(), ...variant, rng: new Rng(3) }), 4),
  );
});
