/** The lenient reading of tags, which takes every sequence: conlleval's (Tjong Kim Sang & Buchholz 2000) as seqeval has it by default; the script itself runs chunks of one type together where a `B-` follows an `E-`. */
import { outside, parseTag, type Span, type Tag } from './tag.js';

/** The chunks of a sentence's tags in any scheme; what breaks the scheme is read as what it most likely means, such as an `I-` after `O` as a beginning. Throws a DataError on a label that is no tag. */
export function readSpans(tags: readonly string[]): Span[] {
  const spans: Span[] = [];
  let before = outside;
  let start = 0;
  for (const [position, label] of [...tags, 'O'].entries()) {
    const tag = ofIOBES(parseTag('readSpans', label, position));
    if (before.prefix !== 'O' && separate(before, tag)) spans.push({ type: before.type, start, end: position });
    if (before.prefix === 'O' || separate(before, tag)) start = position;
    before = tag;
  }
  return spans;
}

/** BILOU's last and unit are IOBES' end and single. */
function ofIOBES({ prefix, type }: Tag): Tag {
  return { prefix: prefix === 'L' ? 'E' : prefix === 'U' ? 'S' : prefix, type };
}

/** Whether a chunk ends between two tags. */
function separate(before: Tag, after: Tag): boolean {
  return before.type !== after.type || 'ES'.includes(before.prefix) || 'OBS'.includes(after.prefix);
}
