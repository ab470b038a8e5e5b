/** Every name makes a layer that keeps the laws of layers. */
import { Rng, useBackend } from '@seqloom/core';
import { verifyRecurrentLayer, verifySequenceLayer } from '@seqloom/core/testing';
import { beforeAll, expect, it } from 'vitest';
import { makeCausal } from './causal-layers.js';
import { cellNames } from './cells.js';
import { makeEncoder } from './encoders.js';

beforeAll(async () => void (await useBackend('cpu')));

const sizes = () => ({ inputSize: 3, rng: new Rng(2) });
const transformer = { kind: 'transformer', size: 8, heads: 2, layers: 1, dropout: 0 } as const;

it.each(cellNames)('%s', (kind) => {
  const both = makeEncoder('a test', { kind, hiddenSize: 4, layers: 2 }, sizes());
  expect(both.outputSize).toBe(8);
  expect(makeCausal('a test', { kind, hiddenSize: 4 }, sizes()).outputSize).toBe(4);
});

it.each(['sinusoidal', 'rotary'] as const)(
  'a Transformer behind its projection, two-way and causal: %s',
  async (positions) => {
    const description = { ...transformer, positions };
    await verifySequenceLayer(() => makeEncoder('a test', description, sizes()), 3);
    await verifyRecurrentLayer(() => makeCausal('a test', description, sizes()), 3);
  },
);
