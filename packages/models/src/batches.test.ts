/** How examples come together: each step once, within the budget, in rows that go on. */
import { collect, Rng, useBackend } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchBudget, batchesByLength } from './batch-size.js';
import { SequenceClassifier } from './index.js';
import { pieces } from './pieces.js';
import { sideBySide } from './side-by-side.js';

/** Each step is a number of its own. */
const examples = [50, 3, 1, 17, 30].map((length, e) => Array.from({ length }, (_, t) => 100 * e + t));

it.each([
  [7, 1],
  [4, 3],
  [1, 1],
])('pieces of %i, with %i ahead: each step is read once, and sees what is ahead of it', (context, ahead) => {
  const draws = new Rng(1);
  const cuts = new Set<number>();
  for (let epoch = 0; epoch < 20; epoch++) {
    for (const steps of examples) {
      const all = pieces(steps, { context, ahead, rng: draws });
      if (steps.length > ahead) {
        const read = all.flatMap((piece) => piece.slice(0, -ahead));
        expect(read).toEqual(steps.slice(0, -ahead));
      }
      for (const piece of all)
        expect(piece.length).toBeLessThanOrEqual(
          Math.max(context + ahead, piece.length === steps.length ? Infinity : 0),
        );
      if (steps === examples[0]) cuts.add(all[0]!.length);
    }
  }
  expect(cuts.size).toBe(context);
});

it.each([
  [4, 5, 1],
  [3, 8, 4],
  [9, 2, 1],
])('%i rows side by side in pieces of %i, with %i ahead', async (rows, context, ahead) => {
  const data = sideBySide(examples, { rows, context, ahead, rng: new Rng(2) });
  await collect(data); // every epoch has another order
  const batches = await collect(data);
  const read: number[] = [];
  for (const [i, batch] of batches.entries()) {
    expect(batch).toHaveLength(rows);
    for (const [row, { steps, begins }] of batch.entries()) {
      const before = batches[i - 1]?.[row]?.steps;
      if (!begins) expect(steps[0]).toBe(before!.at(-ahead)!);
      else if (i === 0 || steps.length === 0) expect(begins).toBe(true);
      read.push(...steps.slice(0, Math.max(0, steps.length - ahead)));
    }
  }
  const all = examples.flatMap((steps) => steps.slice(0, Math.max(0, steps.length - ahead)));
  expect(read.toSorted((a, b) => a - b)).toEqual(all);
  const least = Math.ceil(all.length / rows / context);
  expect(batches.length).toBeLessThanOrEqual(2 * least + examples.length);
});

describe('batchSize', () => {
  beforeAll(async () => void (await useBackend('cpu')));
  const texts = Array.from({ length: 20 }, (_, i) => ({ words: ['a', i % 2 ? 'b' : 'c'], label: i % 2 ? 'x' : 'y' }));

  it('in tokens: as many examples as fit', async () => {
    const batches = await collect(
      batchesByLength(
        () => examples,
        ({ length }) => length,
      )({ tokens: 60 }, new Rng(1)),
    );
    for (const batch of batches) expect(batch.length * Math.max(...batch.map(({ length }) => length))).toBeLessThan(61);
    expect(batches.flat().length).toBe(examples.length);
  });

  it('two batches accumulated are one of twice the size', async () => {
    const fitted = async (batchSize: number | { examples: number; accumulate: number }) => {
      const options = { encoder: { kind: 'gru', hiddenSize: 3 }, embedding: { wordDropout: 0 }, dropout: 0 } as const;
      const model = SequenceClassifier.build(texts, { ...options, rng: new Rng(1) });
      const { step } = await model.fit(texts, { epochs: 2, batchSize });
      return { step, parameters: [...model.namedVariables()] };
    };
    const [whole, halves] = [await fitted(20), await fitted({ examples: 10, accumulate: 2 })];
    expect([whole.step, halves.step]).toEqual([2, 4]);
    for (const [i, [name, values]] of whole.parameters.entries())
      await expectClose(halves.parameters[i]![1], values, 1e-4, name);
  });

  it('bad input is named', () => {
    expect(() => batchBudget('fit', { examples: 2, tokens: 3 })).toThrow(/`examples` or `tokens`, not both/);
    expect(() => batchBudget('fit', { tokens: 0 })).toThrow(/`batchSize.tokens` must be a whole number/);
    expect(() => batchBudget('fit', { size: 2 } as never)).toThrow(/unknown option `size`/);
    expect(() => batchBudget('fit', 0)).toThrow(/`batchSize` must be a whole number/);
  });
});
