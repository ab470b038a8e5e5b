/** The normalizer of a tokenizer.json. */
import type { Rewrite } from '../pipeline.js';
import {
  bertForm,
  lowercase,
  prepending,
  replacing,
  stripping,
  type UnicodeForm,
  unicodeForm,
  without,
} from '../rewrites.js';
import type { Part } from './part.js';
import { patternOf } from './pattern.js';
import { precompiled } from './precompiled.js';

type Reader = (part: Part) => Rewrite[];

const form =
  (name: UnicodeForm): Reader =>
  () => [unicodeForm(name)];

const readers: Readonly<Record<string, Reader>> = {
  NFC: form('NFC'),
  NFD: form('NFD'),
  NFKC: form('NFKC'),
  NFKD: form('NFKD'),
  Lowercase: () => [lowercase],
  StripAccents: () => [without(/\p{M}/gu)],
  Strip: (part) => [stripping(part.flag('strip_left', true), part.flag('strip_right', true))],
  Replace: (part) => [replacing(patternOf(part), part.text('content'))],
  Prepend: (part) => [prepending(part.text('prepend'))],
  Precompiled: (part) => [precompiled(part)],
  BertNormalizer: (part) => {
    const small = part.flag('lowercase', true);
    return bertForm({
      cleanText: part.flag('clean_text', true),
      spaceChinese: part.flag('handle_chinese_chars', true),
      stripAccents: part.has('strip_accents') ? part.flag('strip_accents') : small,
      lowercase: small,
    });
  },
  Sequence: (part) => part.parts('normalizers').flatMap(readNormalizer),
};

/** The rewrites in their order. Throws DataError at an unknown type. */
export function readNormalizer(part: Part): Rewrite[] {
  const reader = readers[part.type];
  if (!reader) throw part.unsupported();
  return reader(part);
}
