/** CoNLL-U line by line: collects the lines of a sentence and checks each against the format before the sentence exists. */
import { DataError, show } from '@seqloom/core/errors';
import type { LineParser } from './records.js';
import type { Dependency, EmptyNode, Features, MultiwordRange, Sentence, Token } from './sentence.js';

const columnNames = 'ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC'.split(' ');
const number = '(0|[1-9][0-9]*)';
const wordId = new RegExp(`^${number}$`);
const rangeId = new RegExp(`^${number}-${number}$`);
const emptyId = new RegExp(`^${number}\\.${number}$`);
const dependency = new RegExp(`^(${number}(?:\\.${number})?):(.+)$`);

/** The comment that names a sentence. */
export const sentenceId: RegExp = /^#\s*sent_id\s*=\s*(.*?)\s*$/;

const noFeatures: Features = Object.freeze({});
const none: readonly never[] = Object.freeze([]);

interface Fault {
  hint?: string;
  column?: number;
  line?: number;
}

interface Draft {
  id?: string;
  comments: string[];
  tokens: Token[];
  ranges: MultiwordRange[];
  emptyNodes: EmptyNode[];
}

/** Gives a sentence at the empty line behind it; after a bad line it goes on with the next sentence. */
export class ConlluParser implements LineParser<Sentence> {
  readonly #where: string;
  readonly #features = new Map<string, Features>([['_', noFeatures]]);
  #line = 0;
  #draft: Draft = emptyDraft();
  #pendingRange: MultiwordRange | undefined;
  #farthestHead = { head: 0, line: 0 };
  #bad = false;

  constructor(where: string) {
    this.#where = where;
  }

  line(line: string): Sentence | undefined {
    this.#line++;
    if (line === '') return this.#complete();
    if (this.#bad) return undefined;
    if (line.startsWith('#')) this.#comment(line);
    else this.#row(line.split('\t'), line);
    return undefined;
  }

  end(): Sentence | undefined {
    this.#line++;
    return this.#complete();
  }

  #complete(): Sentence | undefined {
    try {
      return this.#bad ? undefined : this.#checked();
    } finally {
      this.#draft = emptyDraft();
      this.#farthestHead = { head: 0, line: 0 };
      this.#pendingRange = undefined;
      this.#bad = false;
    }
  }

  #checked(): Sentence | undefined {
    const { comments, tokens, ranges, emptyNodes } = this.#draft;
    if (tokens.length === 0) {
      if (comments.length + ranges.length + emptyNodes.length > 0) this.#fail('a sentence without words ends here');
      return undefined;
    }
    const { head, line } = this.#farthestHead;
    if (head > tokens.length) {
      this.#fail(`HEAD is ${head}, but the sentence has ${tokens.length} words`, { column: 7, line });
    }
    const last = ranges.at(-1)?.last ?? 0;
    if (last > tokens.length) this.#fail(`a range goes to word ${last}, but the sentence ends at ${tokens.length}`);
    return this.#draft;
  }

  #comment(line: string): void {
    const { tokens, ranges, emptyNodes, comments } = this.#draft;
    if (tokens.length + ranges.length + emptyNodes.length > 0) {
      const hint = 'comments stand before the first word; an empty line ends a sentence';
      this.#fail('a comment inside a sentence', { hint });
    }
    comments.push(line);
    const id = sentenceId.exec(line)?.[1];
    if (id) this.#draft.id = id;
  }

  #row(columns: string[], line: string): void {
    if (columns.length !== columnNames.length) {
      const hint =
        columns.length === 1
          ? `this does not look like CoNLL-U: ${show(line)}`
          : `the columns are ${columnNames.join(' ')}; put _ where there is nothing`;
      const column = Math.min(columns.length, columnNames.length) + 1;
      this.#fail(`expected 10 columns separated by tabs, got ${columns.length}`, { hint, column });
    }
    const empty = columns.indexOf('');
    if (empty >= 0) {
      this.#fail(`nothing stands in ${columnNames[empty]}`, {
        hint: 'put _ where there is nothing',
        column: empty + 1,
      });
    }
    const id = columns[0]!;
    if (wordId.test(id)) this.#word(Number(id), columns);
    else if (rangeId.test(id)) this.#range(id, columns);
    else if (emptyId.test(id)) this.#emptyNode(id, columns);
    else {
      this.#fail(`bad ID ${show(id)}`, {
        hint: 'an ID is a word (3), a range (3-4) or an empty node (3.1)',
        column: 1,
      });
    }
  }

  #word(id: number, columns: readonly string[]): void {
    const expected = this.#draft.tokens.length + 1;
    if (id !== expected) this.#fail(`expected the word with ID ${expected}, got ID ${id}`, { column: 1 });
    this.#pendingRange = undefined;
    const head = this.#head(columns[6]!);
    if (head === id) this.#fail(`word ${id} is its own head`, { column: 7 });
    if (head !== null && head > this.#farthestHead.head) this.#farthestHead = { head, line: this.#line };
    this.#draft.tokens.push({
      id,
      ...this.#lexical(columns),
      head,
      deprel: orNull(columns[7]!),
      ...this.#rest(columns),
    });
  }

  #range(id: string, columns: readonly string[]): void {
    const [, first, last] = rangeId.exec(id)!.map(Number) as [number, number, number];
    const { tokens, ranges } = this.#draft;
    const free = Math.max(tokens.length, ranges.at(-1)?.last ?? 0) + 1;
    if (this.#pendingRange || first !== tokens.length + 1 || first < free || last < first) {
      this.#fail(`bad range ${id}`, {
        hint: 'a range stands right before its first word and overlaps no other',
        column: 1,
      });
    }
    const filled = [2, 3, 4, 6, 7, 8].find((column) => columns[column] !== '_');
    if (filled) {
      const problem = `a range has _ in ${columnNames[filled]}, got ${show(columns[filled])}`;
      this.#fail(problem, { column: filled + 1 });
    }
    const { feats, misc } = { ...this.#lexical(columns), ...this.#rest(columns) };
    this.#pendingRange = { first, last, form: columns[1]!, feats, misc };
    ranges.push(this.#pendingRange);
  }

  #emptyNode(id: string, columns: readonly string[]): void {
    const [, after, index] = emptyId.exec(id)!.map(Number) as [number, number, number];
    const { tokens, emptyNodes } = this.#draft;
    const previous = emptyNodes.at(-1);
    const expected = previous?.after === tokens.length ? previous.index + 1 : 1;
    if (this.#pendingRange || after !== tokens.length || index !== expected) {
      this.#fail(`expected the empty node ${tokens.length}.${expected} or a word, got ${id}`, { column: 1 });
    }
    if (columns[6] !== '_' || columns[7] !== '_') {
      this.#fail('an empty node has _ in HEAD and DEPREL', { column: columns[6] !== '_' ? 7 : 8 });
    }
    emptyNodes.push({ after, index, ...this.#lexical(columns), ...this.#rest(columns) });
  }

  #lexical([, form, lemma, upos, xpos, feats]: readonly string[]): Omit<
    EmptyNode,
    'after' | 'index' | 'deps' | 'misc'
  > {
    return {
      form: form!,
      lemma: form === '_' ? lemma! : orNull(lemma!), // the word "_" has the lemma "_"
      upos: orNull(upos!),
      xpos: orNull(xpos!),
      feats: this.#feats(feats!),
    };
  }

  #rest(columns: readonly string[]): Pick<Token, 'deps' | 'misc'> {
    return { deps: this.#deps(columns[8]!), misc: columns[9] === '_' ? none : columns[9]!.split('|') };
  }

  #head(text: string): number | null {
    if (text === '_') return null;
    if (!wordId.test(text)) this.#fail(`HEAD must be a whole number or _, got ${show(text)}`, { column: 7 });
    return Number(text);
  }

  /** Equal texts share one frozen record: a treebank has few hundred distinct ones. */
  #feats(text: string): Features {
    const known = this.#features.get(text);
    if (known) return known;
    const pairs = text.split('|').map((part) => {
      const at = part.indexOf('=');
      if (at < 1 || at === part.length - 1)
        this.#fail(`FEATS must be Name=Value|… or _, got ${show(text)}`, { column: 6 });
      return [part.slice(0, at), part.slice(at + 1)] as const;
    });
    if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
      this.#fail(`FEATS name one feature twice: ${show(text)}`, { column: 6 });
    }
    const feats = Object.freeze(Object.fromEntries(pairs));
    this.#features.set(text, feats);
    return feats;
  }

  #deps(text: string): readonly Dependency[] {
    if (text === '_') return none;
    return text.split('|').map((part) => {
      const [, head, , , deprel] = dependency.exec(part) ?? [];
      if (!head || !deprel) this.#fail(`DEPS must be head:relation|… or _, got ${show(text)}`, { column: 9 });
      return { head, deprel };
    });
  }

  /** Throws; columns count from 1, as ID. */
  #fail(problem: string, { hint, column, line = this.#line }: Fault = {}): never {
    this.#bad = true;
    throw new DataError(this.#where, `line ${line}${column ? `, column ${column}` : ''}: ${problem}`, { hint });
  }
}

function emptyDraft(): Draft {
  return { comments: [], tokens: [], ranges: [], emptyNodes: [] };
}

function orNull(text: string): string | null {
  return text === '_' ? null : text;
}
