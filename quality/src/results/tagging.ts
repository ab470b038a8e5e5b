/** Taggers from what a config says of them. */
import { Rng } from '@seqloom/core';
import { type Attributes, type TaggedSentence, Tagger, type TaggerOptions } from '@seqloom/models';
import type { Context, Learning } from './context.js';

export interface TaggingConfig {
  readonly seed: number;
  readonly model: Omit<TaggerOptions, 'rng' | 'attributes'>;
  readonly learning: Learning;
}

interface Parts {
  readonly train: readonly TaggedSentence[];
  readonly dev: readonly TaggedSentence[];
  readonly test: readonly TaggedSentence[];
}

/** Trains on `train`, keeps the epoch that is best on `dev`, and tags `test`. */
export async function tagsOfTest(
  context: Context,
  parts: Parts,
  { seed, model, learning }: TaggingConfig,
  attributes?: Attributes,
): Promise<{ found: string[][]; expected: (readonly string[])[] }> {
  const train = context.some(parts.train);
  const tagger = Tagger.build(train, { ...model, ...(attributes ? { attributes } : {}), rng: new Rng(seed) });
  await tagger.fit(train, context.fit(learning, { dev: context.some(parts.dev) }));
  const test = context.some(parts.test);
  const found = await tagger.predict(test.map(({ words }) => words));
  return { found, expected: test.map(({ tags }) => tags) };
}
