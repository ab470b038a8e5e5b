/** The strict reading of tags: only what the scheme's rules make a chunk from beginning to end; equal to seqeval's strict mode. */
import { type Scheme, schemeOf, type TagScheme } from './schemes.js';
import { outside, parseTag, type Span, type Tag } from './tag.js';

/**
 * The chunks that `tags` have in `scheme`; tags that break its rules belong to none. As in seqeval, IOE1 loses a chunk of one token that touches the
 * next one of its type, unless one of its type touches it before, too. Throws a DataError on a label that is no tag of the scheme.
 */
export function strictSpans(tags: readonly string[], scheme: TagScheme): Span[] {
  const rules = schemeOf('strictSpans', scheme);
  const parsed = tags.map((label, position) => parseTag('strictSpans', label, position, rules.prefixes));
  const at = (position: number) => parsed[position] ?? outside;
  const spans: Span[] = [];
  for (let start = 0; start < tags.length; ) {
    let end = start + 1;
    if (fits(rules.begins, at(start - 1), at(start))) {
      while (end < tags.length && fits(rules.inside, at(end - 1), at(end))) end++;
      if (fits(rules.ends, at(end - 1), at(end))) spans.push({ type: at(start).type, start, end });
    }
    start = end;
  }
  return spans;
}

function fits(patterns: Scheme['begins'], before: Tag, after: Tag): boolean {
  const matches = (sign: string | undefined, tag: Tag) => sign === '*' || sign === tag.prefix;
  return patterns.split(' ').some((pattern) => {
    const [left, right, types] = pattern;
    if (!matches(left, before) || !matches(right, after)) return false;
    return types === undefined || (before.type === after.type) === (types === '=');
  });
}
