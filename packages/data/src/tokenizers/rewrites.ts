/** Normal forms of texts as edits, so that every token still knows its place in the text as it was. https://unicode.org/reports/tr15 */
import { type Edit, edited } from './aligned-text.js';
import type { Rewrite } from './pipeline.js';

export type UnicodeForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** One character with all that may combine with it: marks, and the vowels and finals of Hangul. */
const cluster = /[^\p{M}\u1160-\u11FF][\p{M}\u1160-\u11FF]*|[\p{M}\u1160-\u11FF]+/gu;

/** Each character with its marks in a Unicode normal form. */
export function unicodeForm(form: UnicodeForm): Rewrite {
  return (text) => {
    const whole = text.normalize(form);
    if (whole === text) return [];
    const edits = replaced(text, cluster, (part) => part.normalize(form));
    return edited(text, edits) === whole ? edits : [{ start: 0, end: text.length, text: whole }];
  };
}

/** Small letters, each on its own: a final Σ becomes σ too, as libraries do that lower one character at a time. */
export const lowercase: Rewrite = (text) => {
  const whole = lowered(text);
  return whole === text ? [] : replaced(text, /[^\p{Ll}\p{Lo}\p{M}\p{Nd}\p{No}\p{P}\p{Z}\p{C}]/gu, lowered);
};

function lowered(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

/** Without what `pattern` (global) finds. */
export function without(pattern: RegExp): Rewrite {
  return (text) => replaced(text, pattern, () => '');
}

/** `replacement` for all that `pattern` (global) finds. */
export function replacing(pattern: RegExp, replacement: string): Rewrite {
  return (text) => replaced(text, pattern, () => replacement);
}

/** `prefix` before every text that is not empty. */
export function prepending(prefix: string): Rewrite {
  return (text) => (text === '' ? [] : [{ start: 0, end: 0, text: prefix }]);
}

/** Without white space at the ends. */
export function stripping(left: boolean, right: boolean): Rewrite {
  return (text) => {
    const first = left ? /^\p{White_Space}*/u.exec(text)![0].length : 0;
    const last = right ? text.length - /\p{White_Space}*$/u.exec(text.slice(first))![0].length : text.length;
    const edits = [
      { start: 0, end: first, text: '' },
      { start: last, end: text.length, text: '' },
    ];
    return edits.filter(({ start, end }) => start < end);
  };
}

export interface BertForm {
  /** Leaves out control characters; all white space becomes blanks. */
  cleanText: boolean;
  /** Blanks around Chinese characters, each of which is a word then. */
  spaceChinese: boolean;
  stripAccents: boolean;
  lowercase: boolean;
}

const control = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\uFFFD]/gu;
const chinese =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu;

/** The steps of BERT's normaliser (arXiv 1810.04805). */
export function bertForm({ cleanText, spaceChinese, stripAccents, lowercase: small }: BertForm): Rewrite[] {
  const spaced: Rewrite = (text) => replaced(text, chinese, (character) => ` ${character} `);
  return [
    ...(cleanText ? [without(control), replacing(/\p{White_Space}/gu, ' ')] : []),
    ...(spaceChinese ? [spaced] : []),
    ...(stripAccents ? [unicodeForm('NFD'), without(/\p{Mn}/gu)] : []),
    ...(small ? [lowercase] : []),
  ];
}

/** The edits that put something else in the place of what `pattern` finds. */
export function replaced(text: string, pattern: RegExp, replacement: (found: string) => string): Edit[] {
  const edits: Edit[] = [];
  for (const { index, 0: found } of text.matchAll(pattern)) {
    const other = replacement(found);
    if (other !== found) edits.push({ start: index, end: index + found.length, text: other });
  }
  return edits;
}
