/** How texts are cut before BLEU counts, as sacrebleu does (Post 2018, arXiv:1804.08771). */
import { splitAtWhiteSpace } from './white-space.js';

/** `13a` is that of the WMT shared tasks (mteval-v13a), `intl` that of mteval-v14, `char` takes each character and `none` what white space separates. */
export type BleuTokenizer = '13a' | 'intl' | 'char' | 'none';

export const bleuTokenizers: Readonly<Record<BleuTokenizer, (text: string) => string[]>> = {
  '13a': (text) => splitAtWhiteSpace(separateAscii(` ${plain(text)} `)),
  intl: (text) =>
    splitAtWhiteSpace(
      text
        .replace(/(\P{N})(\p{P})/gu, '$1 $2 ')
        .replace(/(\p{P})(\P{N})/gu, ' $1 $2')
        .replace(/(\p{S})/gu, ' $1 '),
    ),
  char: (text) => splitAtWhiteSpace([...text].join(' ')),
  none: splitAtWhiteSpace,
};

/** Without the marks that corpora in SGML have. */
function plain(text: string): string {
  return text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
}

/** Blanks around signs of ASCII, around full stops and commas but within numbers, and after a hyphen that follows a digit. */
function separateAscii(text: string): string {
  return text
    .replace(/([{-~[-` -&(-+:-@/])/gu, ' $1 ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/gu, '$1 $2 ');
}
