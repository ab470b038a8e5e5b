/** Tags of chunks: `O` outside, otherwise a prefix and mostly a type, as in `B-PER`. */
import { DataError, show } from '@seqloom/core/errors';

/** A chunk: the tokens from `start` up to, but not with, `end`. */
export interface Span {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

export interface Tag {
  readonly prefix: string;
  /** Empty outside, and where tags have no type (`B`, `I`). */
  readonly type: string;
}

/** Outside of every chunk: what lies before the first and after the last token. */
export const outside: Tag = { prefix: 'O', type: '' };

/** A tag as prefix and type; the type may have hyphens itself. Throws a DataError that names the place where `label` is no tag of these prefixes. */
export function parseTag(where: string, label: string, position: number, prefixes = 'OBIESLU'): Tag {
  const [, prefix, type] = /^(.)(?:-(.+))?$/su.exec(label) ?? [];
  if (prefix && prefixes.includes(prefix) && (prefix !== 'O' || type === undefined))
    return { prefix, type: type ?? '' };
  throw new DataError(where, `${show(label)} at token ${position} is no tag`, {
    hint: `tags are O and ${[...prefixes].filter((each) => each !== 'O').join(', ')} with a type, as in I-PER`,
  });
}

/** The tag of a prefix and a type, as text. */
export function showTag(prefix: string, type: string): string {
  return type === '' ? prefix : `${prefix}-${type}`;
}
