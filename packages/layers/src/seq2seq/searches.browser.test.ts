/** Searches on the GPU backends find what they find on cpu, and wait for the device without blocking. */
import { AdditiveScore, Attention } from '@seqloom/attention';
import { type BackendName, Rng, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  BahdanauDecoder,
  beamSearch,
  Embedding,
  EncoderDecoder,
  GRUCell,
  gru,
  mustInclude,
  PointerGenerator,
  sample,
  scheduledSampling,
  topP,
  wuCoverage,
} from '../index.js';

const [V, size, U, unknown] = [7, 5, 8, 0];
const writing = { start: 1, end: 2, maxLength: 3 };
const ids = (...rows: number[][]) => tf.tensor2d(rows, undefined, 'int32');

async function findings(backend: BackendName) {
  await useBackend(backend);
  const rng = new Rng(5);
  const embedding = () => new Embedding({ vocabularySize: V, size, rng });
  const attention = new Attention({ scorer: new AdditiveScore({ querySize: U, keySize: U, size: 6, rng }) });
  const cell = new GRUCell({ inputSize: size + U, hiddenSize: U, rng });
  const decoder = new BahdanauDecoder({ cell, attention, inputSize: size, contextSize: U, rng });
  const encoder = gru({ inputSize: size, hiddenSize: U, rng });
  const model = new EncoderDecoder({ source: embedding(), target: embedding(), encoder, decoder, rng });
  const copier = new PointerGenerator({ model, unknown, coverage: 1, rng });
  const sources = { source: ids([3, 4, 0, 5], [6, 0, 3, 0]), sourceMask: ids([1, 1, 1, 1], [1, 1, 1, 0]) };
  const copies = { ...sources, copies: ids([3, 4, 7, 5], [6, 7, 3, 0]), extendedSize: 8 };
  const target = ids([1, 4, 7, 2], [1, 7, 2, 0]);
  const reading = scheduledSampling({ teacherForcing: () => 0.5, rng: new Rng(2) });
  const found = [
    ...(await beamSearch(model.writer(sources), { ...writing, width: 2, penalties: [wuCoverage(0.2, [4, 3])] })).flat(),
    ...(await beamSearch(copier.writer(copies), { ...writing, width: 2, allocation: mustInclude([[7]]) })).flat(),
    ...(await sample(copier.writer(copies), { ...writing, maxLength: 2, rules: [topP(0.9)], rng: new Rng(1) })),
  ];
  const read = reading(copier.writer(copies), target, 1);
  const loss = await copier.loss({ ...copies, target, targetMask: ids([1, 1, 1, 1], [1, 1, 1, 0]), read }).data();
  const scores = [...found.map(({ score }) => score), loss[0] as number];
  model.dispose();
  copier.dispose();
  return { texts: found.map((one) => String(one.ids)), scores };
}

it.each(['webgl', 'webgpu'] as const)('on %s', async (backend) => {
  const [expected, actual] = [await findings('cpu'), await findings(backend)];
  expect(actual.texts).toEqual(expected.texts);
  for (const [i, score] of actual.scores.entries()) expect(score).toBeCloseTo(expected.scores[i]!, 3);
});
