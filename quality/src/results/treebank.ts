/** Parts of speech of a treebank. */
import { type Sentence, tokenAccuracy } from '@seqloom/data';
import type { Attributes, TaggedSentence } from '@seqloom/models';
import type { Context } from './context.js';
import { percent } from './percent.js';
import type { Outcome } from './row.js';
import { type TaggingConfig, tagsOfTest } from './tagging.js';

/** Words and their universal parts of speech. */
export function partsOfSpeech(sentences: readonly Sentence[]): TaggedSentence[] {
  return sentences.map(({ tokens }) => ({
    words: tokens.map(({ form }) => form),
    tags: tokens.map(({ upos }) => upos ?? 'X'),
  }));
}

/** The share of test words that a Tagger gives the right part of speech, in %. */
export async function taggedRight(
  context: Context,
  treebank: 'ud-english-ewt' | 'ud-turkish-atis',
  config: TaggingConfig,
  attributes?: Attributes,
): Promise<Outcome> {
  const { train, dev, test } = await context.load(treebank);
  const parts = { train: partsOfSpeech(train), dev: partsOfSpeech(dev), test: partsOfSpeech(test) };
  const { found, expected } = await tagsOfTest(context, parts, config, attributes);
  return { score: percent(tokenAccuracy(found, expected)) };
}

/** One config for English, with sparse features and without. */
export const ewtConfig = {
  seed: 1,
  model: {
    encoder: { kind: 'lstm', hiddenSize: 128 },
    embedding: { word: 100, affixes: true, characters: 60, wordDropout: 0.1 },
    head: 'crf',
    dropout: 0.4,
    minCount: 2,
  },
  learning: { epochs: 6, batchSize: 32, learningRate: 3e-3 },
} as const satisfies TaggingConfig;
