import { Rng, useBackend } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { dotHeads } from './dot-heads.js';
import { lawBackends } from './law-backends.js';

const [B, Q, K, D, V] = [2, 3, 5, 4, 3];
const mask = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0];

describe.each(lawBackends)('heads side by side on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each([
    [2, 2],
    [4, 2],
    [3, 1],
  ])('%i heads over %i of keys: fused = composed = finite differences, over any mask', async (heads, keyHeads) => {
    const rng = new Rng(3);
    const draw = (...shape: number[]) =>
      tf.tensor(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
        shape,
      );
    const given = { query: draw(B, Q, heads * D), keys: draw(B, K, keyHeads * D), values: draw(B, K, keyHeads * V) };
    const masks = {
      'a mask of keys': tf.tensor3d(mask, [B, 1, K], 'bool'),
      'a mask of queries': tf.tensor3d([...mask, ...mask.slice(0, K)], [1, Q, K], 'bool'),
      'a mask of all': tf.tensor3d([...mask, ...mask, ...mask], [B, Q, K], 'bool'),
    };
    const attributes = { heads, keyHeads };
    await verifyOp(
      dotHeads,
      Object.entries(masks).map(([name, allowed]) => ({ name, inputs: { ...given, allowed }, attributes })),
    );
  });
});
