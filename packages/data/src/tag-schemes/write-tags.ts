/** Chunks as tags. */
import { DataError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import { schemeOf, type TagScheme } from './schemes.js';
import { type Span, showTag } from './tag.js';

/** The tags of a sentence of `length` tokens with these chunks, in any order. Throws a DataError when a chunk is empty, lies outside the sentence or overlaps another. */
export function writeTags(spans: readonly Span[], length: number, scheme: TagScheme): string[] {
  count('writeTags', 'length', length, 0);
  const { prefix } = schemeOf('writeTags', scheme);
  const sorted = spans.toSorted((a, b) => a.start - b.start);
  const tags = Array<string>(length).fill('O');
  for (const [index, { type, start, end }] of sorted.entries()) {
    const [before, behind] = [sorted[index - 1], sorted[index + 1]];
    checkPlace({ type, start, end }, before?.end ?? 0, length);
    const touchesBefore = before?.type === type && before.end === start;
    const touchesBehind = behind?.type === type && behind.start === end;
    for (let t = start; t < end; t++)
      tags[t] = showTag(prefix({ first: t === start, last: t === end - 1, touchesBefore, touchesBehind }), type);
  }
  return tags;
}

function checkPlace(span: Span, from: number, length: number): void {
  const { start, end } = span;
  const whole = Number.isInteger(start) && Number.isInteger(end);
  if (whole && from <= start && start < end && end <= length) return;
  throw new DataError('writeTags', `the chunk ${show(span)} does not fit in tokens ${from} to ${length}`, {
    hint: 'chunks are start < end within the sentence and do not overlap',
  });
}
