/** Tokenisers as Hugging Face's library saves them. https://huggingface.co/docs/tokenizers */
import { DataError } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { checkSource, lineBlocks, placeOf, type TextSource } from '../../formats/text-source.js';
import { Vocabulary } from '../../vocabulary.js';
import { AlignedText } from '../aligned-text.js';
import { Pipeline } from '../pipeline.js';
import type { Tokenizer, TokenSpan } from '../tokenizer.js';
import { AddedTokenFinder, readAddedTokens } from './added-tokens.js';
import { Part } from './part.js';
import { readDecoder } from './read-decoder.js';
import { readModel } from './read-model.js';
import { readNormalizer } from './read-normalizer.js';
import { type PostProcessing, plain, readPostProcessor, type TemplatePiece } from './read-post-processor.js';
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
    const ids: number[] = [];
    for (const piece of this.#template(second)) {
      if ('ids' in piece) ids.push(...piece.ids);
      else this.#encodeInto(ids, piece.sequence === 0 ? text : (second as string));
    }
    return ids;
  }

  /** As `encode`, each token with its text and place. */
  tokenize(text: string, second?: string): SequenceToken[] {
    let at = 0;
    return this.#template(second).flatMap((piece): SequenceToken[] => {
      const { type } = piece;
      if ('ids' in piece) {
        const token = (id: number) => this.vocabulary.token(id);
        return piece.ids.map((id) => ({ id, token: token(id), start: at, end: at, sequence: undefined, type }));
      }
      const { sequence } = piece;
      const whole = sequence === 0 ? text : (second as string);
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

  #template(second: string | undefined): readonly TemplatePiece[] {
    return second === undefined ? this.#processing.single : this.#processing.pair;
  }

  #encodeInto(ids: number[], text: string): void {
    for (const outer of this.#found.raw.cut(text)) {
      if (outer.id !== undefined) {
        ids.push(outer.id);
        continue;
      }
      const normal = this.#pipeline.normalized(text.slice(outer.start, outer.end));
      for (const { start, end, id } of this.#found.normalized.cut(normal)) {
        if (id !== undefined) ids.push(id);
        else this.#pipeline.encodeInto(ids, normal.slice(start, end), outer.start === 0 && start === 0);
      }
    }
  }

  /** The same steps as `#encodeInto`, with places. */
  #spans(text: string): TokenSpan[] {
    const added = (id: number, [start, end]: readonly [number, number]) => [
      { id, token: this.vocabulary.token(id), start, end },
    ];
    const spans = this.#found.raw.cut(text).flatMap((outer): TokenSpan[] => {
      if (outer.id !== undefined) return added(outer.id, [outer.start, outer.end]);
      const normal = this.#pipeline.normalize(AlignedText.of(text.slice(outer.start, outer.end), outer.start));
      return this.#found.normalized.cut(normal.text).flatMap(({ start, end, id }) => {
        if (id !== undefined) return added(id, normal.source(start, end));
        return this.#pipeline.spans(normal.slice(start, end), outer.start === 0 && start === 0, this.vocabulary);
      });
    });
    return this.#processing.trims ? spans.map((span) => trimmed(span, text)) : spans;
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
