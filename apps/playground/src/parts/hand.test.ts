/** Attention weights set by hand: they are shown as set, what was written before stays, and without a hand nothing has changed. */
import { softmax } from '@seqloom/attention';
import { Rng, useBackend } from '@seqloom/core';
import { Vocabulary } from '@seqloom/data';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { MatrixPicture, TextResult, Touch } from '../experiment.js';
import { Hand } from './hand.js';
import { makeTranslator, showTranslation, type TranslatorSetup, toTranslationBatch } from './translation.js';

const letters = [...'abcdef'];
const languages = {
  source: Vocabulary.build(letters),
  target: Vocabulary.build(letters, { specials: { start: '<s>', end: '</s>' } }),
};
const asked = [...'cafe'];
const small = { scorer: 'additive', normalizer: 'softmax', heads: 1, cell: 'gru', size: 16 } as const;

const setups: Record<string, TranslatorSetup> = {
  'Luong, softmax': { ...small, network: 'recurrent' },
  'Bahdanau, two heads, sparsemax': {
    ...small,
    network: 'recurrent',
    decoder: 'bahdanau',
    heads: 2,
    normalizer: 'sparsemax',
  },
  'Luong, two heads, scaled dots side by side': { ...small, network: 'recurrent', scorer: 'scaled-dot', heads: 2 },
  'Transformer, two heads': { ...small, network: 'transformer', heads: 2 },
  'Luong, sigmoid': { ...small, network: 'recurrent', normalizer: 'sigmoid' },
};

await useBackend('cpu');

describe.each(Object.entries(setups))('%s', (_, setup) => {
  const hand = new Hand();
  const model = makeTranslator(setup, languages, { rng: new Rng(setup.network === 'transformer' ? 5 : 7), hand });
  const head = setup.heads - 1;

  /** What is written, and the weights of each row in the head that is touched. */
  async function ask(touches: readonly Touch[] = []) {
    const { result, pictures } = await showTranslation(hand.on(model, touches), languages, asked, {
      maxLength: 5,
      joint: '',
    });
    const { layers } = pictures.attention as MatrixPicture;
    const rows = layers.map(({ values }) =>
      Array.from({ length: values.length / asked.length }, (_, t) => [
        ...values.subarray(t * asked.length, (t + 1) * asked.length),
      ]),
    );
    return { text: (result as TextResult).text, rows };
  }
  const set = (row: number, column: number, value: number): Touch => ({
    view: 'attention',
    layer: head,
    row,
    column,
    value,
  });

  test('a weight is shown as it was set, its row sums to what it summed to, and what was before it stays', async () => {
    const plain = await ask();
    const touched = await ask([set(1, 2, 0.75), set(1, 0, 0.125)]);
    expect(plain.text.length).toBeGreaterThan(1);
    const row = touched.rows[head]![1]!;
    expect([row[2], row[0]]).toEqual([0.75, 0.125]);
    if (setup.normalizer === 'sigmoid') expect([row[1], row[3]]).toEqual([1, 3].map((i) => plain.rows[head]![1]![i]));
    else expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(touched.text[0]).toBe(plain.text[0]);
    for (const each of touched.rows.keys())
      for (const [i, share] of touched.rows[each]![0]!.entries())
        expect(share).toBeCloseTo(plain.rows[each]![0]![i]!, 5);
    for (const [i, share] of (head > 0 ? touched.rows[0]![1]! : []).entries())
      expect(share).toBeCloseTo(plain.rows[0]![1]![i]!, 5);
    expect(await ask()).toEqual(plain);
  });

  test('training sees nothing of it, and no tensor is left over', async () => {
    const batch = toTranslationBatch([{ source: asked, target: asked }], languages);
    const loss = () => tf.tidy(() => model.loss(batch).dataSync()[0]);
    const before = [loss(), tf.memory().numTensors];
    await ask([set(0, 1, 1), set(7, 0, 0.5)]);
    expect([loss(), tf.memory().numTensors]).toEqual(before);
  });
});

test('a hand that nobody holds leaves the normaliser itself', () => {
  const hand = new Hand();
  expect(hand.guide(softmax, 2, false).normalize).toBe(softmax);
  const model = { writer: () => expect.unreachable() };
  expect(hand.on(model, [])).toBe(model);
});
