/** CoNLL columns line by line: one token a line, an empty line after each sentence, `-DOCSTART-` before each document. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import type { LineParser } from './records.js';

/** A sentence as columns of the same length. */
export interface ConllSentence<Name extends string = string> {
  /** How many `-DOCSTART-` lines stand before it: what keeps a document's sentences together in a split. */
  readonly document: number;
  readonly columns: Readonly<Record<Name, readonly string[]>>;
}

export interface ConllColumns<Name extends string> {
  /** A name for each column from left to right; null for one that is not wanted. */
  columns: readonly (Name | null)[];
  /** What stands between two columns; blanks and tabs, one or more, unless told. */
  separator?: string;
}

/** The options, when their columns have different names, the separator is a text within a line, and nothing else but `more` is among them. */
export function checkedColumns<O extends ConllColumns<string>>(where: string, options: O, more: string[] = []): O {
  knownOptions(where, options, ['columns', 'separator', ...more]);
  const { columns, separator } = options;
  const names = Array.isArray(columns) ? columns.filter((name) => name !== null) : [];
  const texts = names.every((name) => typeof name === 'string' && name !== '');
  if (names.length === 0 || !texts || new Set(names).size < names.length) {
    throw new OptionError(where, `\`columns\` must be different names, or null, got ${show(columns)}`);
  }
  if (separator !== undefined && (typeof separator !== 'string' || !/^[^\r\n]+$/.test(separator))) {
    throw new OptionError(where, `\`separator\` must be a text, such as '\\t', got ${show(separator)}`);
  }
  return options;
}

/** Gives a sentence at the empty line behind it; after a bad line it goes on with the next sentence. */
export class ConllParser<Name extends string> implements LineParser<ConllSentence<Name>> {
  readonly #where: string;
  readonly #options: ConllColumns<Name>;
  #line = 0;
  #document = 0;
  #rows: string[][] = [];
  #bad = false;

  constructor(where: string, options: ConllColumns<Name>) {
    this.#where = where;
    this.#options = options;
  }

  line(line: string): ConllSentence<Name> | undefined {
    this.#line++;
    if (/^[ \t]*$/.test(line)) return this.end();
    const { separator } = this.#options;
    const fields = separator === undefined ? line.match(/[^ \t]+/g)! : line.split(separator);
    if (fields[0] === '-DOCSTART-') {
      const last = this.end();
      this.#document++;
      return last;
    }
    if (!this.#bad) this.#rows.push(this.#checked(fields, line));
    return undefined;
  }

  end(): ConllSentence<Name> | undefined {
    const rows = this.#rows;
    this.#rows = [];
    this.#bad = false;
    if (rows.length === 0) return undefined;
    const columns = this.#options.columns.flatMap((name, i) =>
      name === null ? [] : [[name, rows.map((row) => row[i]!)]],
    );
    return { document: this.#document, columns: Object.fromEntries(columns) };
  }

  #checked(fields: string[], line: string): string[] {
    const { columns } = this.#options;
    const names = columns.map((name) => name ?? '…').join(' ');
    if (fields.length !== columns.length) {
      const column = Math.min(fields.length, columns.length) + 1;
      this.#fail(column, `expected ${columns.length} columns (${names}), got ${fields.length} in ${show(line)}`);
    }
    const empty = fields.indexOf('');
    if (empty >= 0) this.#fail(empty + 1, `nothing stands in ${columns[empty] ?? 'this column'} in ${show(line)}`);
    return fields;
  }

  #fail(column: number, problem: string): never {
    this.#rows = [];
    this.#bad = true;
    throw new DataError(this.#where, `line ${this.#line}, column ${column}: ${problem}`, {
      hint: 'the columns must be as `columns` and `separator` say in every line',
    });
  }
}
