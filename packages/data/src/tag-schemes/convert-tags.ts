/** Tags from one scheme to another, and what is wrong with tags. */
import { DataError } from '@seqloom/core/errors';
import { readSpans } from './read-spans.js';
import type { TagScheme } from './schemes.js';
import { writeTags } from './write-tags.js';

/** A tag that breaks its scheme, and what would be there if the chunks were read leniently. */
export interface TagFault {
  readonly position: number;
  readonly tag: string;
  readonly expected: string;
}

/** The same chunks in another scheme. Throws a DataError, with the first place, when `tags` break the rules of `from`. */
export function convertTags(tags: readonly string[], from: TagScheme, to: TagScheme): string[] {
  const [fault] = tagFaults(tags, from);
  if (fault) {
    const problem = `${fault.tag} at token ${fault.position} breaks ${from}, where ${fault.expected} was expected`;
    throw new DataError('convertTags', problem, { hint: 'repairTags reads tags leniently' });
  }
  return writeTags(readSpans(tags), tags.length, to);
}

/** Where `tags` break the rules of `scheme`; none when they keep them. Throws a DataError on a label that is no tag at all. */
export function tagFaults(tags: readonly string[], scheme: TagScheme): TagFault[] {
  return repairTags(tags, scheme).flatMap((expected, position) =>
    tags[position] === expected ? [] : [{ position, tag: tags[position]!, expected }],
  );
}

/** Tags in any scheme, read as conlleval reads them, as tags that keep the rules of `scheme`; what keeps them already stays as it is. */
export function repairTags(tags: readonly string[], scheme: TagScheme): string[] {
  return writeTags(readSpans(tags), tags.length, scheme);
}
