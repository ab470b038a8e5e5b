/** Texts of any language cut as Unicode cuts them, by the platform's Intl.Segmenter. https://www.unicode.org/reports/tr29 */

/** Code units that are segmented at once: V8 takes time that grows with the square of a text's length. */
const window = 64;

/** What a reader takes for one character, with its accents and joiners: `né👩‍🚀` has three. Joined they are the text. */
export function splitCharacters(text: string): string[] {
  const characters: string[] = [];
  let size = window;
  for (let start = 0; start < text.length; ) {
    const cut = start + size;
    const end = /^[\uDC00-\uDFFF]/.test(text.slice(cut, cut + 1)) ? cut + 1 : cut; // not within a code point
    const found = segments(text.slice(start, end), 'grapheme');
    if (end < text.length) found.pop(); // may go on behind the window
    size = found.length > 0 ? window : 2 * size;
    for (const character of found) {
      characters.push(character);
      start += character.length;
    }
  }
  return characters;
}

/** Words and punctuation of a language that `splitWords` was not made for, Chinese or Thai too. Everything but white space is in one of them, in its order. `locale` is a language tag such as `th`; the platform's own unless told. */
export function segmentWords(text: string, locale?: string): string[] {
  return text.split(/\s+|(?<=[。、，！？；])/u).flatMap((part) => wordsOf(part, locale));
}

/** Code units of one part without blanks that are segmented at once, and those at the end whose words may depend on what follows. */
const wordWindow = 512;
const margin = 64;

function wordsOf(part: string, locale?: string): string[] {
  const words: string[] = [];
  let size = wordWindow;
  for (let start = 0; start < part.length; ) {
    const found = segments(part.slice(start, start + size), 'word', locale);
    let [kept, end] = [0, start];
    const limit = start + size >= part.length ? part.length : start + size - margin;
    while (kept < found.length && end + found[kept]!.length <= limit) end += found[kept++]!.length;
    size = kept > 0 ? wordWindow : 2 * size;
    for (let i = 0; i < kept; i++) words.push(found[i]!);
    start = end;
  }
  return words;
}

const segmenters = new Map<string, Intl.Segmenter>();

function segments(text: string, granularity: 'grapheme' | 'word', locale?: string): string[] {
  const name = `${granularity} ${locale}`;
  const segmenter = segmenters.get(name) ?? new Intl.Segmenter(locale, { granularity });
  segmenters.set(name, segmenter);
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
