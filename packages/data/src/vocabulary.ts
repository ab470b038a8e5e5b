/** Tokens and their ids. */
import { DataError, OptionError, show, UsageError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';

/** The text of each special token. */
export interface Specials {
  /** Fills short rows; always id 0. `<pad>` unless told. */
  padding?: string;
  /** Stands for every token that is not in the vocabulary. `<unk>` unless told. */
  unknown?: string;
  /** Begins a sequence; there is none unless told. */
  start?: string;
  /** Ends a sequence; there is none unless told. */
  end?: string;
  /** Stands between two texts, as BERT's `[SEP]`; there is none unless told. */
  separator?: string;
  /** Stands for a whole text, as BERT's `[CLS]`; there is none unless told. */
  summary?: string;
  /** Hides a token that is to be guessed, as BERT's `[MASK]`; there is none unless told. */
  mask?: string;
}

export interface VocabularyOptions {
  /** Leaves out what is rarer; 1 unless told. */
  minCount?: number;
  /** Keeps the most frequent tokens, so many that with the specials there are at most this many ids. */
  maxSize?: number;
  specials?: Specials;
}

type Special = keyof Specials;
const specialNames: readonly Special[] = ['padding', 'unknown', 'start', 'end', 'separator', 'summary', 'mask'];
const format = 'seqloom/vocabulary';
const version = 1;

/** A fixed list of tokens; a token's id is its place in it. Specials are reached by name only: a text token that happens to read `<pad>` is an unknown token. */
export class Vocabulary {
  /** All tokens in the order of their ids, specials included. */
  readonly tokens: readonly string[];
  readonly #specials: Readonly<Partial<Record<Special, number>>>;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(tokens: readonly string[], specials: Readonly<Partial<Record<Special, number>>>) {
    this.tokens = Object.freeze([...tokens]);
    this.#specials = specials;
    const ordinary = new Map(tokens.map((token, id) => [token, id]));
    for (const id of Object.values(specials)) ordinary.delete(tokens[id]!);
    this.#ids = ordinary;
  }

  /** An open vocabulary from running tokens or their counts: specials first, then by falling frequency, ties in code-unit order. */
  static build(tokens: Iterable<string> | ReadonlyMap<string, number>, options: VocabularyOptions = {}): Vocabulary {
    const where = 'Vocabulary.build';
    knownOptions(where, options, ['minCount', 'maxSize', 'specials']);
    knownOptions(where, options.specials ?? {}, specialNames);
    const { minCount = 1, maxSize = Infinity } = options;
    const specials = Object.entries({ padding: '<pad>', unknown: '<unk>', ...options.specials });
    const texts = specials.map(([, text]) => text);
    if (!texts.every((text) => typeof text === 'string') || new Set(texts).size < texts.length) {
      throw new OptionError(where, `the specials must be different texts, got ${show(texts)}`);
    }
    count(where, 'minCount', minCount);
    if (maxSize !== Infinity) count(where, 'maxSize', maxSize, texts.length);
    const kept = [...countTokens(where, tokens)]
      .filter(([token, times]) => times >= minCount && !texts.includes(token))
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, maxSize - texts.length)
      .map(([token]) => token);
    return new Vocabulary([...texts, ...kept], Object.fromEntries(specials.map(([name], id) => [name, id])));
  }

  /** A closed vocabulary, as of labels: no specials, tokens in code-unit order, and encoding any other token is an error. */
  static closed(tokens: Iterable<string>): Vocabulary {
    return new Vocabulary([...countTokens('Vocabulary.closed', tokens).keys()].sort(), {});
  }

  /** The tokens as they stand, such as the lines of a `vocab.txt`; `specials` tells which of them are special. Throws DataError at a token that is there twice, OptionError at a special that is not there, or a padding that is not the first. */
  static ordered(tokens: Iterable<string>, specials: Specials = {}): Vocabulary {
    const where = 'Vocabulary.ordered';
    knownOptions(where, specials, specialNames);
    const list = [...tokens];
    const twice = [...countTokens(where, list)].find(([, times]) => times > 1);
    if (twice) throw new DataError(where, `${show(twice[0])} is there ${twice[1]} times`);
    const ids = Object.entries(specials).map(([name, text]) => [name, list.indexOf(text)] as const);
    const wrong = ids.find(
      ([name, id], i) => id < 0 || (name === 'padding' && id > 0) || ids.findIndex((other) => other[1] === id) < i,
    );
    if (wrong) {
      const text = show(specials[wrong[0] as Special]);
      throw new OptionError(where, `${text} cannot be the ${wrong[0]} token`, {
        hint: 'specials are different tokens of the list, padding the first of them',
      });
    }
    return new Vocabulary(list, Object.fromEntries(ids));
  }

  /** The number of ids. */
  get size(): number {
    return this.tokens.length;
  }

  get padding(): number {
    return this.special('padding');
  }

  get unknown(): number {
    return this.special('unknown');
  }

  get start(): number {
    return this.special('start');
  }

  get end(): number {
    return this.special('end');
  }

  /** The id of a special. Throws UsageError when this vocabulary has none of that name. */
  special(name: Special): number {
    const id = this.#specials[name];
    if (id !== undefined) return id;
    throw new UsageError('Vocabulary', `this vocabulary has no ${name} token`, {
      hint: `build it with specials: { ${name}: '…' }`,
    });
  }

  has(token: string): boolean {
    return this.#ids.has(token);
  }

  /** The token's id, or `unknown`. Throws DataError in a closed vocabulary. */
  id(token: string): number {
    const id = this.#ids.get(token) ?? this.#specials.unknown;
    if (id !== undefined) return id;
    throw new DataError('Vocabulary.id', `${show(token)} is not in this closed vocabulary of ${this.size} tokens`, {
      hint: `it has ${show(this.tokens)}`,
    });
  }

  /** The token of an id, specials included. Throws DataError when there is no such id. */
  token(id: number): string {
    const token = this.tokens[id];
    if (token !== undefined) return token;
    throw new DataError('Vocabulary.token', `no token has the id ${show(id)}`, {
      hint: `ids go from 0 to ${this.size - 1}`,
    });
  }

  encode(tokens: Iterable<string>): number[] {
    return Array.from(tokens, (token) => this.id(token));
  }

  /** The tokens of a sequence: up to the first `end`, without `padding` and `start`; an unknown token appears as its special. */
  decode(ids: Iterable<number>): string[] {
    const { padding, start, end } = this.#specials;
    const tokens: string[] = [];
    for (const id of ids) {
      if (id === end) break;
      if (id !== padding && id !== start) tokens.push(this.token(id));
    }
    return tokens;
  }

  toJSON(): object {
    return { format, version, tokens: this.tokens, specials: this.#specials };
  }

  /** What `toJSON` gave. Throws DataError on anything else. */
  static fromJSON(value: unknown): Vocabulary {
    const { tokens, specials } = checkedJSON(value);
    return new Vocabulary(tokens, specials);
  }
}

function countTokens(
  where: string,
  tokens: Iterable<string> | ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>(tokens instanceof Map ? tokens : []);
  if (!(tokens instanceof Map)) {
    for (const token of tokens as Iterable<string>) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  for (const token of counts.keys() as Iterable<unknown>) {
    if (typeof token !== 'string') throw new DataError(where, `a token must be a text, got ${show(token)}`);
  }
  return counts;
}

function checkedJSON(value: unknown): { tokens: string[]; specials: Partial<Record<Special, number>> } {
  const fail = (problem: string): never => {
    throw new DataError('Vocabulary.fromJSON', problem, { hint: 'pass what toJSON() gave' });
  };
  const json = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (json.format !== format) return fail(`not a vocabulary: ${show(value)}`);
  if (json.version !== version) return fail(`version ${show(json.version)} is not known here, only ${version}`);
  const tokens = json.tokens;
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string')) {
    return fail('`tokens` must be a list of strings');
  }
  if (new Set(tokens).size < tokens.length) return fail('`tokens` holds one token twice');
  const specials = json.specials;
  if (typeof specials !== 'object' || specials === null) return fail('`specials` must be an object');
  const ids = Object.entries(specials);
  const isId = (id: unknown) => Number.isInteger(id) && tokens[id as number] !== undefined;
  const known = ids.every(([name, id]) => specialNames.includes(name as Special) && isId(id));
  if (!known || new Set(ids.map(([, id]) => id)).size < ids.length)
    return fail('`specials` must be distinct ids by name');
  const { padding } = specials as Partial<Record<Special, number>>;
  if (padding !== undefined && padding !== 0) return fail('the padding must have id 0');
  return { tokens, specials: { ...specials } };
}
