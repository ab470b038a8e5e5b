/** JSON Lines: one JSON value a line. https://jsonlines.org */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { jsonBreak } from './json-break.js';
import { type ReadOptions, records } from './records.js';
import { checkSource, placeOf, type TextSource } from './text-source.js';

export interface JsonlOptions<T> extends ReadOptions {
  /** Makes an example of a value, or throws when it is none: the error is told with its line. */
  check?: (value: unknown) => T;
}

/** The value of each line that is not blank, read anew at each iteration. Throws DataError, with line and column, at what is no JSON. */
export function readJsonl<T = unknown>(source: TextSource, options: JsonlOptions<T> = {}): Dataset<T> {
  checkSource('readJsonl', source);
  knownOptions('readJsonl', options, ['check', 'onBad']);
  const where = placeOf('readJsonl', source);
  const { check = (value) => value as T, onBad } = options;
  return dataset(() => {
    let number = 0;
    const line = (text: string) => {
      number++;
      return /^[ \t]*$/.test(text) ? undefined : checked(where, number, parsed(where, number, text), check);
    };
    return records(where, source, { line, end: () => undefined }, onBad);
  });
}

/** A line for each value. Throws DataError at a number that is not finite and at what JSON has no form for, as undefined. */
export function writeJsonl(values: Iterable<unknown>): string {
  let text = '';
  let line = 0;
  for (const value of values) {
    line++;
    const json = JSON.stringify(value, (name, part) => {
      if (typeof part !== 'number' || Number.isFinite(part)) return part;
      throw new DataError('writeJsonl', `line ${line}: JSON has no ${part}${name && ` (${name})`}`);
    });
    if (json === undefined) throw new DataError('writeJsonl', `line ${line}: JSON has no form for ${show(value)}`);
    text += `${json}\n`;
  }
  return text;
}

function parsed(where: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = jsonBreak(text);
    const found = at < text.length ? show(text.slice(at)) : 'the end of the line';
    throw new DataError(where, `line ${line}, column ${at + 1}: not JSON from ${found} on`, { cause });
  }
}

function checked<T>(where: string, line: number, value: unknown, check: (value: unknown) => T): T {
  try {
    return check(value);
  } catch (cause) {
    throw new DataError(where, `line ${line}: ${cause instanceof Error ? cause.message : show(cause)}`, { cause });
  }
}
