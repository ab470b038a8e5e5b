/** Tag schemes: how chunks are written as one tag per token, and so which tags may follow which. */
import { OptionError, show } from '@seqloom/core/errors';
import { oneOf } from '@seqloom/core/options';
import type { Constraints } from './constraints.js';

/** IOB2 is another name of BIO, IOBES one of BIOES. */
export type TagScheme = 'BIO' | 'IOB1' | 'IOB2' | 'IOE1' | 'IOE2' | 'BIOES' | 'IOBES' | 'BILOU';

/** Prefixes: where a sequence may begin and end, what may follow each prefix whatever its type, and what also may where the types are the same. */
interface Grammar {
  readonly initial: string;
  readonly final: string;
  readonly next: Readonly<Record<string, string>>;
  readonly within: Readonly<Record<string, string>>;
}

const chunksWithEnds = (end: string, single: string): Grammar => ({
  initial: `OB${single}`,
  final: `O${end}${single}`,
  next: { O: `OB${single}`, B: '', I: '', [end]: `OB${single}`, [single]: `OB${single}` },
  within: { B: `I${end}`, I: `I${end}` },
});
const BIO: Grammar = { initial: 'OB', final: 'OBI', next: { O: 'OB', B: 'OB', I: 'OB' }, within: { B: 'I', I: 'I' } };
const BIOES: Grammar = chunksWithEnds('E', 'S');

const grammars: Readonly<Record<TagScheme, Grammar>> = {
  BIO,
  IOB2: BIO,
  // B only where a chunk of the same type ended just before.
  IOB1: { initial: 'OI', final: 'OIB', next: { O: 'OI', I: 'OI', B: 'OI' }, within: { I: 'B', B: 'B' } },
  // Every chunk ends in E.
  IOE2: { initial: 'OIE', final: 'OE', next: { O: 'OIE', I: '', E: 'OIE' }, within: { I: 'IE' } },
  // E only where a chunk of the same type begins right after.
  IOE1: { initial: 'OIE', final: 'OI', next: { O: 'OIE', I: 'OIE', E: '' }, within: { E: 'IE' } },
  BIOES,
  IOBES: BIOES,
  BILOU: chunksWithEnds('L', 'U'),
};

/**
 * The constraints of a tag scheme (Ramshaw & Marcus 1995; Tjong Kim Sang & Veenstra 1999) over K labels written `O`, `B-PER`, `I-PER`…: exactly the
 * tag sequences that some set of chunks has. Throws an OptionError on a label that is no tag of the scheme.
 */
export function tagScheme(scheme: TagScheme, labels: readonly string[]): Required<Constraints> {
  const { initial, final, next, within } =
    grammars[oneOf('tagScheme', 'scheme', scheme, Object.keys(grammars) as TagScheme[])];
  const tags = labels.map((label) => parse(scheme, label, Object.keys(next)));
  const follows = (from: Tag, to: Tag) =>
    next[from.prefix]!.includes(to.prefix) ||
    (from.type === to.type && (within[from.prefix] ?? '').includes(to.prefix));
  return {
    initial: tags.map(({ prefix }) => initial.includes(prefix)),
    transition: tags.map((from) => tags.map((to) => follows(from, to))),
    final: tags.map(({ prefix }) => final.includes(prefix)),
  };
}

interface Tag {
  prefix: string;
  type: string;
}

function parse(scheme: string, label: string, prefixes: readonly string[]): Tag {
  const [, prefix, type] = /^(.)(?:-(.*))?$/su.exec(label) ?? [];
  if (prefix && prefixes.includes(prefix) && (prefix !== 'O' || type === undefined))
    return { prefix, type: type ?? '' };
  const known = prefixes.map((each) => (each === 'O' ? each : `${each}-type`)).join(', ');
  throw new OptionError('tagScheme', `${show(label)} is no ${scheme} tag`, { hint: `tags are ${known}` });
}
