/** The model of a tokenizer.json: BPE, WordPiece, Unigram or words. */
import { DataError, show } from '@seqloom/core/errors';
import { UnigramModel } from '../models/lattice.js';
import { longestMatch } from '../models/longest-match.js';
import { type Merge, PairMerger } from '../models/pair-merger.js';
import type { WordModel, WordTokens } from '../pipeline.js';
import type { Part } from './part.js';
import { TokenList } from './token-list.js';

export interface ModelParts {
  readonly model: WordModel;
  /** Each token's id. */
  readonly ids: ReadonlyMap<string, number>;
}

/** Throws DataError at an unknown type and at what does not fit together. */
export function readModel(part: Part): ModelParts {
  switch (part.has('type') ? part.type : guessedType(part)) {
    case 'BPE':
      return bytePairs(part);
    case 'WordPiece':
      return wordPiece(part);
    case 'Unigram':
      return unigram(part);
    case 'WordLevel':
      return wordLevel(part);
    default:
      throw part.unsupported();
  }
}

/** Old files do not say. */
function guessedType(part: Part): string {
  if (part.has('merges')) return 'BPE';
  if (Array.isArray(part.value('vocab'))) return 'Unigram';
  return part.has('continuing_subword_prefix') ? 'WordPiece' : 'WordLevel';
}

function vocabularyOf(part: Part): Map<string, number> {
  const vocabulary = part.part('vocab');
  const ids = new Map<string, number>();
  for (const [token, id] of Object.entries(part.value('vocab') as object)) {
    if (!Number.isInteger(id) || id < 0) throw new DataError(vocabulary.path, `${show(token)} has the id ${show(id)}`);
    ids.set(token, id);
  }
  return ids;
}

function unknownOf(part: Part, ids: ReadonlyMap<string, number>): number | undefined {
  if (!part.has('unk_token')) return undefined;
  const id = ids.get(part.text('unk_token'));
  if (id === undefined) throw new DataError(part.path, `\`unk_token\` ${show(part.value('unk_token'))} is no token`);
  return id;
}

function bytePairs(part: Part): ModelParts {
  if (part.has('dropout') && part.value('dropout') !== 0) throw part.unsupported('dropout');
  const ids = vocabularyOf(part);
  const [prefix, suffix] = [part.text('continuing_subword_prefix', ''), part.text('end_of_word_suffix', '')];
  const merger = new PairMerger(mergesOf(part, ids, prefix));
  const unknown = unknownOf(part, ids);
  const [fuse, fallback] = [part.flag('fuse_unk', false), part.flag('byte_fallback', false)];
  const whole = part.flag('ignore_merges', false);
  const model = (word: string): WordTokens => {
    const known = whole ? ids.get(word) : undefined;
    if (known !== undefined) return { ids: [known], starts: [0], ends: [word.length] };
    const tokens = new TokenList(unknown, fuse, fallback ? ids : undefined);
    let at = 0;
    for (const character of word) {
      const end = at + character.length;
      const symbol = (at > 0 ? prefix : '') + character + (end === word.length ? suffix : '');
      tokens.add(ids.get(symbol), symbol, at, end);
      at = end;
    }
    return merger.join(tokens);
  };
  return { model, ids };
}

function mergesOf(part: Part, ids: ReadonlyMap<string, number>, prefix: string): Merge[] {
  return part.list('merges').map((merge, i) => {
    const [left, right, ...more] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    const joined = ids.get(left + String(right).slice(prefix.length));
    const pair = [ids.get(left), ids.get(right), joined];
    if (more.length > 0 || pair.includes(undefined)) {
      throw new DataError(`${part.path}.merges[${i}]`, `${show(merge)} does not join two tokens to a third`);
    }
    return { left: pair[0]!, right: pair[1]!, joined: pair[2]! };
  });
}

function wordPiece(part: Part): ModelParts {
  const ids = vocabularyOf(part);
  const tokens: string[] = [];
  for (const [token, id] of ids) tokens[id] = token;
  const model = longestMatch({
    tokens: Array.from(tokens, (token) => token ?? ''),
    continuation: part.text('continuing_subword_prefix', '##'),
    unknown: unknownOf(part, ids),
    maxCharacters: part.count('max_input_chars_per_word', 100),
  });
  return { model, ids };
}

function unigram(part: Part): ModelParts {
  const tokens: string[] = [];
  const scores: number[] = [];
  for (const [i, pair] of part.list('vocab').entries()) {
    const [token, score] = Array.isArray(pair) ? pair : [];
    if (typeof token !== 'string' || typeof score !== 'number') {
      throw new DataError(`${part.path}.vocab[${i}]`, `expected [token, score], got ${show(pair)}`);
    }
    tokens.push(token);
    scores.push(score);
  }
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const unknown = part.has('unk_id') ? part.count('unk_id') : undefined;
  const fallback = part.flag('byte_fallback', false) ? ids : undefined;
  const words = new UnigramModel(tokens, scores);
  const model = (word: string): WordTokens => {
    const found = new TokenList(unknown, true, fallback);
    for (const { id, start, end } of joinUnknown(words.best(word).arcs)) {
      found.add(id === -1 ? undefined : id, word.slice(start, end), start, end);
    }
    return found;
  };
  return { model, ids };
}

/** Unknown characters side by side as one. */
function joinUnknown<A extends { id: number; start: number; end: number }>(arcs: readonly A[]) {
  const joined: { id: number; start: number; end: number }[] = [];
  for (const { id, start, end } of arcs) {
    const last = joined.at(-1);
    if (id === -1 && last?.id === -1) last.end = end;
    else joined.push({ id, start, end });
  }
  return joined;
}

function wordLevel(part: Part): ModelParts {
  const ids = vocabularyOf(part);
  const unknown = unknownOf(part, ids);
  const model = (word: string): WordTokens => {
    const tokens = new TokenList(unknown, false);
    tokens.add(ids.get(word), word, 0, word.length);
    return tokens;
  };
  return { model, ids };
}
