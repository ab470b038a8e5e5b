/** From tokens to what a translation network reads, and back from what it wrote. */
import type { Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import { type CopySources, ExtendedVocabulary, type SourceBatch, type TranslationBatch } from '@seqloom/layers';
import { refuseEmpty } from '../refuse-empty.js';

/** What is read and what is to be written, each as tokens: words, characters, pieces. */
export interface Pair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

type Tokens = readonly string[];

/** Sources as tensors, and what written symbols mean for each of them. */
export interface ReadSources {
  readonly batch: Required<SourceBatch> & Partial<CopySources>;
  /** The symbols of a target of this row. */
  encode(row: number, target: Tokens): number[];
  /** The tokens of symbols that were written for this row. */
  decode(row: number, ids: readonly number[]): string[];
}

export interface PairVocabularies {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  /** Whether symbols behind the target vocabulary stand for tokens of the row's source that it lacks, to be copied. */
  readonly copies: boolean;
}

/** The tensors of sources. Throws DataError on an empty one. */
export function readSources(where: string, sources: readonly Tokens[], vocabularies: PairVocabularies): ReadSources {
  refuseEmpty(where, 'source', sources);
  const { source, target, copies } = vocabularies;
  const { ids, mask } = padIds(sources.map((tokens) => source.encode(tokens)));
  const batch = { source: ids, sourceMask: mask };
  if (!copies)
    return { batch, encode: (_, tokens) => target.encode(tokens), decode: (_, written) => target.decode(written) };
  const { size: vocabularySize, unknown } = target;
  const idOf = (token: string) => (target.has(token) ? target.id(token) : undefined);
  const extended = new ExtendedVocabulary({ sources, vocabularySize, unknown, idOf });
  return {
    batch: { ...batch, copies: padIds(extended.sources).ids, extendedSize: extended.size },
    encode: (row, tokens) => extended.encode(row, tokens),
    decode: (row, written) => extended.decode(row, written, (id) => target.token(id)),
  };
}

/** The tensors of pairs, targets between start and end. Throws DataError on an empty source. */
export function readPairs(where: string, pairs: readonly Pair[], vocabularies: PairVocabularies): TranslationBatch {
  const { start, end } = vocabularies.target;
  const sources = pairs.map(({ source }) => source);
  const { batch, encode } = readSources(where, sources, vocabularies);
  const { ids: target, mask } = padIds(pairs.map((pair, row) => [start, ...encode(row, pair.target), end]));
  return { ...batch, target, targetMask: mask };
}
