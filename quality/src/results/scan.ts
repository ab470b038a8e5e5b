/** Commands of SCAN to sequences of actions, by the split. */
import { type JsonValue, Rng } from '@seqloom/core';
import { exactMatch } from '@seqloom/data';
import type { ScanSplit } from '@seqloom/data/datasets';
import { Seq2Seq, type Seq2SeqOptions } from '@seqloom/models';
import type { Context, Learning } from './context.js';
import { percent } from './percent.js';
import type { Outcome } from './row.js';

interface ScanConfig {
  readonly seed: number;
  readonly model: Omit<Seq2SeqOptions, 'rng'>;
  readonly learning: Learning;
  /** The most actions that are written; the longest right answer has 48. */
  readonly maxLength: number;
}

/** The share of test commands whose actions are all right, in %. */
export async function exactOnTest(
  context: Context,
  split: ScanSplit,
  { seed, model, learning, maxLength }: ScanConfig,
): Promise<Outcome> {
  const parts = await context.load('scan', { split });
  const train = context.some(parts.train);
  const writer = Seq2Seq.build(train, { ...model, rng: new Rng(seed) });
  await writer.fit(train, context.fit(learning));
  const test = context.some(parts.test);
  const found = await writer.predict(
    test.map(({ source }) => source),
    { maxLength },
  );
  const expected = test.map(({ target }) => [...target]);
  return { score: percent(exactMatch(found, expected)) };
}

/** One config for all splits. */
export const scanConfig = {
  seed: 1,
  model: { network: { kind: 'gru', hiddenSize: 128, embeddingSize: 64, attention: 'additive' }, dropout: 0.1 },
  learning: { epochs: 5, batchSize: 64, learningRate: 3e-3 },
  maxLength: 50,
} as const satisfies ScanConfig & JsonValue;
