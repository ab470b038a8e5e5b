/** Parsing of command-line values. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number.');
}

/** A whole number of at least 1. */
export function positive(text: string): number {
  if (/^0*[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1.');
}

/** A path as the user meant it: relative to where the command was typed, also under `npm run`. */
export function userPath(path: string): string {
  return resolve(process.env.SEQLOOM_CWD ?? process.cwd(), path);
}
