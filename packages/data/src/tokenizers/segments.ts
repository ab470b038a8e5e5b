/** Texts of any language cut as Unicode cuts them, by the platform's Intl.Segmenter. https://www.unicode.org/reports/tr29 */

/** What a reader takes for one character, with its accents and joiners: `né👩‍🚀` has three. Joined they are the text. */
export function splitCharacters(text: string): string[] {
  return segments(text, 'grapheme');
}

/** Words and punctuation of a language that `splitWords` was not made for, Chinese or Thai too. Everything but white space is in one of them, in its order. `locale` is a language tag such as `th`; the platform's own unless told. */
export function segmentWords(text: string, locale?: string): string[] {
  return text.split(/\s+/u).flatMap((part) => segments(part, 'word', locale));
}

const segmenters = new Map<string, Intl.Segmenter>();

function segments(text: string, granularity: 'grapheme' | 'word', locale?: string): string[] {
  const name = `${granularity} ${locale}`;
  const segmenter = segmenters.get(name) ?? new Intl.Segmenter(locale, { granularity });
  segmenters.set(name, segmenter);
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
