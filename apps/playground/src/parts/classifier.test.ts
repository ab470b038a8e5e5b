/** Pooling weights set by hand: what they are anyway changes nothing, another number the answer; the largest features have none. */
import { Rng, sequence, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Classifier, poolingControl } from './classifier.js';
import { bothWays } from './recurrent.js';

await useBackend('cpu');
const rng = new Rng(3);
const input = sequence(
  tf.tensor3d(
    Array.from({ length: 20 }, () => rng.normal()),
    [1, 5, 4],
  ),
);

test.each(poolingControl.options.map(({ value }) => value))('%s', async (pooling) => {
  const encoder = bothWays('gru', { inputSize: 4, hiddenSize: 8, rng });
  const model = new Classifier({ encoder, pooling, classes: 3, rng });
  const ask = (set: Record<number, number> = {}) => {
    const settings = Object.entries(set).map(([column, value]) => ({ layer: 0, column: Number(column), value }));
    const { logits, weights } = model.forward(input, settings);
    return { logits: [...logits.dataSync()], weights: [...weights.dataSync()] };
  };
  const plain = ask();
  expect(plain.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1);
  const same = ask({ 1: plain.weights[1]! });
  for (const [i, logit] of same.logits.entries()) expect(logit).toBeCloseTo(plain.logits[i]!, 5);
  const other = ask({ 1: 0.75 });
  expect(other.weights[1] === 0.75).toBe(model.settable);
  expect(other.logits.some((logit, i) => Math.abs(logit - plain.logits[i]!) > 1e-3)).toBe(model.settable);
  expect(model.picture('x', [], Float32Array.of()).fixed).toBe(pooling === 'max');
});
