/** Chunks found, as taggers of names and phrases are measured (Tjong Kim Sang & Buchholz 2000). */
import { DataError, ShapeError } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { readSpans } from '../tag-schemes/read-spans.js';
import type { TagScheme } from '../tag-schemes/schemes.js';
import { strictSpans } from '../tag-schemes/strict-spans.js';
import type { Span } from '../tag-schemes/tag.js';
import { type ScoreReport, scoreReport, Tally } from './scores.js';

export interface SpanF1Options {
  /** Count only chunks that keep the rules of this scheme (seqeval's strict mode); without it tags are read as conlleval reads them. */
  readonly scheme?: TagScheme;
}

/** Precision, recall and F1 of chunks by type, over the tags of sentences. Throws ShapeError when lengths differ and DataError when there is no token, or what is no tag. */
export function spanF1(
  predicted: readonly (readonly string[])[],
  expected: readonly (readonly string[])[],
  options: SpanF1Options = {},
): ScoreReport {
  knownOptions('spanF1', options, ['scheme']);
  sameNumber('spanF1', 'sentences', predicted, expected);
  for (const [b, row] of expected.entries()) sameNumber('spanF1', `tokens in sentence ${b}`, predicted[b]!, row);
  if (!expected.some(({ length }) => length > 0)) throw new DataError('spanF1', 'there is no token to compare');
  const { scheme } = options;
  const read = (tags: readonly string[]) => (scheme === undefined ? readSpans(tags) : strictSpans(tags, scheme));
  return spanScores(predicted.map(read), expected.map(read));
}

/** The same over chunks themselves, as segment models give them. Throws ShapeError when the numbers of sentences differ and DataError when there is none. */
export function spanScores(
  predicted: readonly (readonly Span[])[],
  expected: readonly (readonly Span[])[],
): ScoreReport {
  sameNumber('spanScores', 'sentences', predicted, expected);
  if (expected.length === 0) throw new DataError('spanScores', 'there is no sentence to compare');
  const tallies = new Map<string, Tally>();
  const tally = (type: string) => {
    if (!tallies.has(type)) tallies.set(type, new Tally());
    return tallies.get(type)!;
  };
  for (const [b, spans] of expected.entries()) {
    const real = new Set(spans.map(key));
    const found = new Map(predicted[b]!.map((span) => [key(span), span]));
    for (const { type } of new Map(spans.map((span) => [key(span), span])).values()) tally(type).expected++;
    for (const [name, { type }] of found) {
      tally(type).predicted++;
      if (real.has(name)) tally(type).correct++;
    }
  }
  return scoreReport(tallies);
}

const key = ({ type, start, end }: Span) => `${start} ${end} ${type}`;

function sameNumber(where: string, what: string, predicted: { length: number }, expected: { length: number }): void {
  if (predicted.length === expected.length) return;
  throw new ShapeError(where, `got ${predicted.length} predicted and ${expected.length} expected ${what}`);
}
