/** Rules about what may be written: repetition, length, prefixes. */
import { count, OptionError, show, within } from '@seqloom/core';
import type { Rule, Written } from './rule.js';

/** The same ids for all rows, or for each row its own. */
export type IdsOfRow = readonly number[] | ((row: number) => readonly number[]);

/** Multiplies the log-probability of every symbol written before by `penalty` ≥ 1. arXiv:1909.05858 */
export function repetitionPenalty(penalty: number): Rule {
  within('repetitionPenalty', 'penalty', penalty, 1);
  return (scores, { ids }) => {
    for (const id of new Set(ids)) scores[id]! *= penalty;
  };
}

/** No `size` symbols in succession appear twice in a row. arXiv:1705.04304 */
export function noRepeatedNgrams(size: number): Rule {
  count('noRepeatedNgrams', 'size', size);
  return (scores, { ids }) => {
    const last = ids.length - size + 1; // where the n-gram begins that the next symbol ends
    for (let i = 0; i < last; i++) {
      let j = 0;
      while (j < size - 1 && ids[i + j] === ids[last + j]) j++;
      if (j === size - 1) scores[ids[i + j] as number] = -Infinity;
    }
  };
}

/** A row does not end before it has `length` symbols. */
export function minimumLength(length: number): Rule {
  count('minimumLength', 'length', length, 0);
  return (scores, { ids, end, maxLength }) => {
    if (length > maxLength)
      throw new OptionError('minimumLength', `\`length\` must be at most maxLength = ${maxLength}, got ${length}`);
    if (end !== undefined && ids.length < length) scores[end] = -Infinity;
  };
}

/** Each row begins with the given symbols; their log-probabilities count. */
export function forcedPrefix(prefix: IdsOfRow): Rule {
  return (scores, { ids, row, maxLength }) => {
    const forced = idsFor('forcedPrefix', prefix, row, scores.length);
    if (forced.length > maxLength)
      throw new OptionError('forcedPrefix', `the prefix of row ${row} is longer than maxLength = ${maxLength}`);
    const wanted = forced[ids.length];
    if (wanted === undefined) return;
    const score = scores[wanted] as number;
    scores.fill(-Infinity);
    scores[wanted] = score;
  };
}

/** The given symbols are never written: padding, unknown words. */
export function forbid(symbols: IdsOfRow): Rule {
  return (scores, { row }: Written) => {
    for (const id of idsFor('forbid', symbols, row, scores.length)) scores[id] = -Infinity;
  };
}

/** Throws OptionError unless all of them are ids of the vocabulary. */
export function idsFor(where: string, ids: IdsOfRow, row: number, vocabularySize: number): readonly number[] {
  const own = typeof ids === 'function' ? ids(row) : ids;
  for (const id of own) checkId(where, 'every symbol', id, vocabularySize);
  return own;
}

/** Throws OptionError unless `id` is a symbol. */
export function checkId(where: string, name: string, id: number, vocabularySize: number): void {
  if (Number.isInteger(id) && id >= 0 && id < vocabularySize) return;
  throw new OptionError(where, `${name} must be an id below ${vocabularySize}, got ${show(id)}`);
}
