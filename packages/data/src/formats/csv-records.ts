/** Records from the lines of a CSV text, one by one: papaparse cuts a record into fields, here is where a record begins and ends, and what follows a bad one. */
import { DataError } from '@seqloom/core/errors';
import Papa from 'papaparse';

/** The fields of a record and the line at which it begins. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

export interface CsvDialect {
  /** What stands between two fields. */
  separator: string;
  /** What stands around a field with separators or line breaks in it; null where quotes are letters as others. */
  quote: string | null;
}

/** Fed with blocks of lines, it gives their records; one with a broken quote costs its first line, the others are read again. */
export class CsvRecords {
  readonly #where: string;
  readonly #quote: string | null;
  readonly #parser: Papa.Parser;
  /** The lines of a record that is not complete. */
  #held: string[] = [];
  #line = 0;

  constructor(where: string, { separator, quote }: CsvDialect) {
    this.#where = where;
    this.#quote = quote;
    this.#parser = new Papa.Parser({
      delimiter: separator,
      quoteChar: quote ?? '"',
      fastMode: quote === null || undefined,
    });
  }

  /** The records that `lines` complete; `bad` is told of the others, and may throw. */
  *lines(lines: readonly string[], bad: (error: DataError) => void): Generator<CsvRecord> {
    const waiting = [lines.values()];
    while (waiting.length > 0) {
      const { done, value } = waiting.at(-1)!.next();
      if (done) {
        waiting.pop();
        continue;
      }
      this.#line++;
      if (this.#held.length === 0 ? value === '' : this.#staysOpen(value)) {
        if (this.#held.length > 0) this.#held.push(value);
        continue;
      }
      this.#held.push(value);
      const { data, errors } = this.#parse(this.#held.join('\n'));
      if (errors.length > 0) waiting.push(this.#drop(bad, 'a quote ends within a field', errors[0]!.index).values());
      else if (data.length > 0) yield { fields: data[0]!, line: this.#first() };
    }
  }

  /** What is left at the end of the text. */
  *end(bad: (error: DataError) => void): Generator<CsvRecord> {
    while (this.#held.length > 0) {
      yield* this.lines(this.#drop(bad, 'a quote that is opened here is never closed'), bad);
    }
  }

  /** One row, or none when a quote is open at the end. */
  #parse(text: string): { data: string[][]; errors: { index: number }[] } {
    return this.#parser.parse(`${text}\n`, 0, true);
  }

  /** Whether a quote that is open before `line` is open behind it: no quote in it but doubled ones. */
  #staysOpen(line: string): boolean {
    return !line.replaceAll(this.#quote!.repeat(2), '').includes(this.#quote!);
  }

  /** The line at which the record began, which is complete now. */
  #first(): number {
    const first = this.#line - this.#held.length + 1;
    this.#held = [];
    return first;
  }

  /** Tells what is wrong in the field that begins before the letter `index`, or in the last one, and gives the lines that are to be read again. */
  #drop(bad: (error: DataError) => void, problem: string, index?: number): string[] {
    const before = this.#held.join('\n').slice(0, index && index - 1);
    const { data }: { data: string[][] } = this.#parser.parse(before, 0, false);
    const [, ...rest] = this.#held;
    const first = this.#first();
    this.#line = first;
    const line = first + (index === undefined ? 0 : before.split('\n').length - 1);
    bad(
      new DataError(this.#where, `line ${line}, column ${data[0]?.length ?? 1}: ${problem}`, {
        hint: 'a quote within quotes is doubled; with `quote: null` quotes are letters like others',
      }),
    );
    return rest;
  }
}
