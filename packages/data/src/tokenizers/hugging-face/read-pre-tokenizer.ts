/** The pre-tokenizer of a tokenizer.json. */
import { asByteCharacters } from '../byte-alphabet.js';
import { type Behaviour, cutAt, cutOut, gpt2Words, punctuation, whiteSpace } from '../cuts.js';
import type { Rewrite, Step } from '../pipeline.js';
import { replaced } from '../rewrites.js';
import type { Part } from './part.js';
import { escaped, patternOf } from './pattern.js';

type Reader = (part: Part) => Step[];

const wordUnit = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
const words = new RegExp(`[${wordUnit}]+|[^${wordUnit}\\p{White_Space}]+`, 'gu');
const behaviours: Readonly<Record<string, Behaviour>> = {
  Removed: 'Removed',
  Isolated: 'Isolated',
  MergedWithPrevious: 'MergedWithPrevious',
  MergedWithNext: 'MergedWithNext',
  Contiguous: 'Contiguous',
};

const readers: Readonly<Record<string, Reader>> = {
  Whitespace: () => [{ cut: cutOut(words) }],
  WhitespaceSplit: () => [{ cut: cutAt(whiteSpace, 'Removed') }],
  BertPreTokenizer: () => [{ cut: cutAt(whiteSpace, 'Removed') }, { cut: cutAt(punctuation, 'Isolated') }],
  Punctuation: (part) => [{ cut: cutAt(punctuation, behaviourOf(part, 'Isolated')) }],
  Digits: (part) => [{ cut: cutAt(/\p{N}/gu, part.flag('individual_digits', false) ? 'Isolated' : 'Contiguous') }],
  CharDelimiterSplit: (part) => [{ cut: cutAt(new RegExp(escaped(part.text('delimiter')), 'gu'), 'Removed') }],
  Split: (part) => [{ cut: cutAt(patternOf(part), behaviourOf(part), part.flag('invert', false)) }],
  ByteLevel: (part) => [
    ...(part.flag('add_prefix_space', true) ? [{ rewrite: blankFirst }] : []),
    ...(part.flag('use_regex', true) ? [{ cut: cutOut(gpt2Words) }] : []),
    { rewrite: asByteCharacters },
  ],
  Metaspace: metaspace,
  Sequence: (part) => part.parts('pretokenizers').flatMap(readPreTokenizer),
};

/** The steps in their order. Throws DataError at an unknown type. */
export function readPreTokenizer(part: Part): Step[] {
  const reader = readers[part.type];
  if (!reader) throw part.unsupported();
  return reader(part);
}

function behaviourOf(part: Part, otherwise?: Behaviour): Behaviour {
  const behaviour = behaviours[part.text('behavior', otherwise)];
  if (!behaviour) throw part.unsupported(`behavior ${part.text('behavior')}`);
  return behaviour;
}

const blankFirst: Rewrite = (text) => (text === '' || text.startsWith(' ') ? [] : [{ start: 0, end: 0, text: ' ' }]);

function metaspace(part: Part): Step[] {
  const blank = part.text('replacement', '▁');
  const scheme = prependScheme(part);
  const rewrite: Rewrite = (text, first) => {
    const edits = replaced(text, / /g, () => blank);
    const lacks = text !== '' && !text.startsWith(blank) && !text.startsWith(' ');
    const prefix = lacks && (scheme === 'always' || (scheme === 'first' && first));
    return prefix ? [{ start: 0, end: 0, text: blank }, ...edits] : edits;
  };
  const cut = cutAt(new RegExp(escaped(blank), 'gu'), 'MergedWithNext');
  return part.flag('split', true) ? [{ rewrite }, { cut }] : [{ rewrite }];
}

/** Older files say `add_prefix_space`. */
export function prependScheme(part: Part): 'always' | 'first' | 'never' {
  const scheme = part.text('prepend_scheme', part.flag('add_prefix_space', true) ? 'always' : 'never');
  if (scheme === 'always' || scheme === 'first' || scheme === 'never') return scheme;
  throw part.unsupported(`prepend_scheme ${scheme}`);
}
