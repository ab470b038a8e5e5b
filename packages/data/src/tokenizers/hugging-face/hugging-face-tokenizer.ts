/** Tokenisers as Hugging Face's library saves them. https://huggingface.co/docs/tokenizers */
import { DataError } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { checkSource, lineBlocks, placeOf, type TextSource } from '../../formats/text-source.js';
import { Vocabulary } from '../../vocabulary.js';
import { AlignedText } from '../aligned-text.js';
import { Pipeline } from '../pipeline.js';
import type { Tokenizer, TokenSpan } from '../tokenizer.js';
import { AddedTokenFinder, readAddedTokens, type Section } from './added-tokens.js';
import { Part } from './part.js';
import { readDecoder } from './read-decoder.js';
import { readModel } from './read-model.js';
import { readNormalizer } from './read-normalizer.js';
import { type PostProcessing, plain, readPostProcessor } from './read-post-processor.js';
import { readPreTokenizer } from './read-pre-tokenizer.js';

export interface HuggingFaceOptions {
  /** Whether `encode` and `tokenize` put the specials of the file around texts, as `[CLS] … [SEP]`; on unless told. */
  specials?: boolean;
}

/** A token of one text or of a pair of texts. */
export interface SequenceToken extends TokenSpan {
  /** Which of the two texts `start` and `end` are places of; undefined for specials that were put in. */
  readonly sequence: 0 | 1 | undefined;
  /** By which models tell the texts apart: BERT's token type. */
  readonly type: number;
}

/** What a tokenizer.json describes. Padding and truncation are left to the caller. */
export class HuggingFaceTokenizer implements Tokenizer {
  /** A closed vocabulary: what is unknown is the model's matter. */
  readonly vocabulary: Vocabulary;
  /** The special tokens of the file and their ids. */
  readonly specials: ReadonlyMap<string, number>;
  readonly #json: object;
  readonly #pipeline: Pipeline;
  readonly #found: { readonly raw: AddedTokenFinder; readonly normalized: AddedTokenFinder };
  readonly #decode: (tokens: readonly string[]) => string;
  readonly #processing: PostProcessing;

  private constructor(value: unknown, { specials = true }: HuggingFaceOptions) {
    const file = new Part('tokenizer.json', value);
    this.#json = value as object;
    const { model, ids } = readModel(file.part('model'));
    const added = readAddedTokens(file);
    this.vocabulary = vocabularyOf(file, [...ids, ...added.map(({ content, id }) => [content, id] as const)]);
    this.specials = new Map(added.flatMap(({ content, id, special }) => (special ? [[content, id]] : [])));
    const pipeline = new Pipeline({
      normalizers: file.has('normalizer') ? readNormalizer(file.part('normalizer')) : [],
      steps: file.has('pre_tokenizer') ? readPreTokenizer(file.part('pre_tokenizer')) : [],
      model,
    });
    this.#pipeline = pipeline;
    this.#found = {
      raw: new AddedTokenFinder(added.filter(({ normalized }) => !normalized)),
      normalized: new AddedTokenFinder(
        added.filter(({ normalized }) => normalized),
        (content) => pipeline.normalized(content),
      ),
    };
    const decoder = file.has('decoder') ? readDecoder(file.part('decoder')) : undefined;
    this.#decode = decoder ? (tokens) => decoder(tokens).join('') : (tokens) => tokens.join(' ');
    const processing = file.has('post_processor') ? readPostProcessor(file.part('post_processor')) : plain;
    this.#processing = specials ? processing : { ...plain, trims: processing.trims };
  }

  /** The tokeniser of a parsed tokenizer.json. Throws DataError that names the part that is broken or not supported. */
  static fromJSON(value: unknown, options: HuggingFaceOptions = {}): HuggingFaceTokenizer {
    knownOptions('HuggingFaceTokenizer.fromJSON', options, ['specials']);
    return new HuggingFaceTokenizer(value, options);
  }

  /** The ids of a text, or of a pair of texts that the file's template puts together. */
  encode(text: string, second?: string): number[] {
    return this.tokenize(text, second).map(({ id }) => id);
  }

  /** As `encode`, each token with its text and place. */
  tokenize(text: string, second?: string): SequenceToken[] {
    const texts = second === undefined ? [text] : [text, second];
    const { single, pair } = this.#processing;
    let at = 0;
    return (second === undefined ? single : pair).flatMap((piece): SequenceToken[] => {
      const { type } = piece;
      if ('ids' in piece) {
        const token = (id: number) => this.vocabulary.token(id);
        return piece.ids.map((id) => ({ id, token: token(id), start: at, end: at, sequence: undefined, type }));
      }
      const { sequence } = piece;
      const whole = texts[sequence]!;
      at = sequence === 0 && second !== undefined ? 0 : whole.length;
      return this.#spans(whole).map((span) => ({ ...span, sequence, type }));
    });
  }

  /** The text of ids without specials. Throws DataError when there is no such id. */
  decode(ids: Iterable<number>): string {
    const specials = new Set(this.specials.values());
    return this.#decode(Array.from(ids, (id) => (specials.has(id) ? '' : this.vocabulary.token(id))).filter(Boolean));
  }

  /** The tokenizer.json that it was read from. */
  toJSON(): object {
    return this.#json;
  }

  #spans(text: string): TokenSpan[] {
    const spans = this.#found.raw.cut(AlignedText.of(text)).flatMap((section): TokenSpan[] => {
      if (section.id !== undefined) return [this.#added(section)];
      const normalized = this.#pipeline.normalize(section.text);
      return this.#found.normalized.cut(normalized).flatMap((inner) => {
        if (inner.id !== undefined) return [this.#added(inner)];
        const first = section.text.source(0, 0)[0] === 0 && inner.text.source(0, 0)[0] === 0;
        return this.#pipeline.spans(inner.text, first, this.vocabulary);
      });
    });
    return this.#processing.trims ? spans.map((span) => trimmed(span, text)) : spans;
  }

  #added({ id, text }: Section): TokenSpan {
    const [start, end] = text.source(0, text.text.length);
    return { id: id!, token: this.vocabulary.token(id!), start, end };
  }
}

/** Reads a tokenizer.json from text, a URL, a File, bytes or a stream, plain or gzip. Throws DataError that names what is broken or not supported. */
export async function readHuggingFaceTokenizer(
  source: TextSource,
  options: HuggingFaceOptions = {},
): Promise<HuggingFaceTokenizer> {
  checkSource('readHuggingFaceTokenizer', source);
  const where = placeOf('readHuggingFaceTokenizer', source);
  const lines: string[] = [];
  for await (const block of lineBlocks(where, source)) for (const line of block) lines.push(line);
  let value: unknown;
  try {
    value = JSON.parse(lines.join('\n'));
  } catch (cause) {
    throw new DataError(where, 'this is no JSON', { cause, hint: (cause as Error).message });
  }
  return HuggingFaceTokenizer.fromJSON(value, options);
}

/** All tokens by id; an id that no token has gets a name of its own. */
function vocabularyOf(file: Part, entries: readonly (readonly [token: string, id: number])[]): Vocabulary {
  const tokens: string[] = [];
  for (const [token, id] of entries) {
    if (id > 2 ** 24) throw new DataError(file.path, `no id may be so large: ${id}`);
    tokens[id] = token;
  }
  const named = Array.from(tokens, (token, id) => token ?? `<unused ${id}>`);
  return Vocabulary.fromJSON({ format: 'seqloom/vocabulary', version: 1, tokens: named, specials: {} });
}

function trimmed(span: TokenSpan, text: string): TokenSpan {
  const { start, end } = span;
  const found = text.slice(start, end);
  const from = start + found.length - found.trimStart().length;
  return from >= end ? { ...span, start: end } : { ...span, start: from, end: start + found.trimEnd().length };
}
