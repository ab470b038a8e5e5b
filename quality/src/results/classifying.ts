/** Classifiers of texts from what a config says of them. */
import { Rng } from '@seqloom/core';
import { exactMatch } from '@seqloom/data';
import { type LabelledText, SequenceClassifier, type SequenceClassifierOptions } from '@seqloom/models';
import type { Context, Learning } from './context.js';
import { percent } from './percent.js';

export interface ClassifyingConfig {
  readonly seed: number;
  readonly model: Omit<SequenceClassifierOptions, 'rng'>;
  readonly learning: Learning;
}

interface Texts {
  readonly train: readonly LabelledText[];
  /** The epoch that is best here is kept; without it the last one. */
  readonly dev?: readonly LabelledText[];
  readonly test: readonly LabelledText[];
}

/** The share of test texts with the right label, in %. */
export async function accuracyOnTest(
  context: Context,
  texts: Texts,
  { seed, model, learning }: ClassifyingConfig,
): Promise<number> {
  const train = context.some(texts.train);
  const classifier = SequenceClassifier.build(train, { ...model, rng: new Rng(seed) });
  await classifier.fit(train, context.fit(learning, texts.dev ? { dev: context.some(texts.dev) } : {}));
  const test = context.some(texts.test);
  const found = await classifier.predict(test.map(({ words }) => words));
  const expected = test.map(({ label }) => label);
  return percent(exactMatch(found, expected));
}
