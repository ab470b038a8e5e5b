/** Words as the numbers that a tagger reads, and their embedding: the word, its affixes and its shape, each by itself. */
import { knownOptions, type Rng, within } from '@seqloom/core';
import { TokenEncoder, type TokenFeatureName } from '@seqloom/data';
import { TokenEmbedding } from '@seqloom/layers';

export interface TokenSizes {
  /** The size of a word's vector; 100 unless told. */
  word?: number;
  /** Whether affixes of one to four letters and the word's shape have vectors too (290 in all): what is known of words never seen; true unless told. */
  affixes?: boolean;
  /** The rate at which, in training, words become unknown words; 0.1 unless told. */
  wordDropout?: number;
}

const affixSizes: Readonly<Record<TokenFeatureName, number>> = {
  word: 0,
  shape: 20,
  prefix1: 20,
  prefix2: 30,
  prefix3: 40,
  suffix1: 30,
  suffix2: 40,
  suffix3: 50,
  suffix4: 60,
};

/** The encoder of the words of training sentences: words that are rarer than `minCount` are unknown. */
export function tokenEncoder(
  sentences: readonly (readonly string[])[],
  { affixes = true }: TokenSizes,
  minCount: number,
): TokenEncoder {
  const features = affixes ? (Object.keys(affixSizes) as TokenFeatureName[]) : (['word'] as const);
  return TokenEncoder.build(sentences.flat(), { features, minCount });
}

export function tokenEmbedding(
  where: string,
  encoder: TokenEncoder,
  sizes: TokenSizes,
  { dropout, rng }: { dropout: number; rng: Rng },
): TokenEmbedding {
  knownOptions(`${where} \`embedding\``, sizes, ['word', 'affixes', 'wordDropout']);
  const { word = 100, wordDropout = 0.1 } = sizes;
  within(where, 'embedding.wordDropout', wordDropout, 0, 1);
  const columns = encoder.columns.map(({ feature, vocabulary }) => ({
    vocabularySize: vocabulary.size,
    size: feature === 'word' ? word : affixSizes[feature],
    unknown: feature === 'word' ? vocabulary.unknown : undefined,
  }));
  return new TokenEmbedding({ columns, dropout, wordDropout, rng });
}
