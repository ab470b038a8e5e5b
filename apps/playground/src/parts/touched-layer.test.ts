/** A layer with touches: none change nothing, one changes what comes after it and nothing before; forward = step after step. */
import { Rng, sequence, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { type CausalName, causalLabels, makeCausal } from './causal.js';
import { touchedLayer } from './touched-layer.js';

beforeAll(async () => void (await useBackend('wasm')));

test.each(Object.keys(causalLabels) as CausalName[])('%s', async (cell) => {
  const layer = makeCausal(cell, { inputSize: 3, hiddenSize: 8, rng: new Rng(1) });
  const draw = new Rng(2);
  const input = sequence(
    tf.tensor3d(
      Array.from({ length: 15 }, () => draw.normal()),
      [1, 5, 3],
    ),
  );
  const read = async (given: typeof layer | ReturnType<typeof touchedLayer>) =>
    (await given.forward(input).output.values.array())[0]!;
  const plain = await read(layer);
  const untouched = await read(touchedLayer(layer, []));
  for (const [t, row] of untouched.entries())
    for (const [u, value] of row.entries()) expect(value).toBeCloseTo(plain[t]![u]!, 4);
  const touched = await read(touchedLayer(layer, [{ view: 'states', layer: 0, row: 4, column: 2, value: 3 }]));
  expect(touched.slice(0, 2)).toEqual(untouched.slice(0, 2));
  expect(touched[2]![4]).toBe(3);
  const carried = ['lstm', 'gru', 'simple', 'minGRU'].includes(cell);
  expect(touched[3]!.some((value, u) => Math.abs(value - untouched[3]![u]!) > 1e-3)).toBe(carried);
});
