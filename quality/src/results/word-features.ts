/** Sparse features of words, as feature CRFs take them. */

/** Word, lower case, shape, affixes of 1 to 4 letters, the neighbours up to ±2, and the pairs with the next ones: what CRFsuite was measured with. */
export function wordFeatures(words: readonly string[], t: number): string[] {
  const word = words[t]!;
  const lower = (i: number) => (i < 0 ? '<s>' : (words[i]?.toLowerCase() ?? '</s>'));
  const self = lower(t);
  const features = ['b', `w=${word}`, `l=${self}`, `s=${shape(word)}`];
  for (let n = 1; n <= 4 && n <= self.length; n++)
    features.push(`p${n}=${self.slice(0, n)}`, `x${n}=${self.slice(-n)}`);
  for (const offset of [-2, -1, 1, 2]) features.push(`w${offset}=${lower(t + offset)}`);
  features.push(`w-1w=${lower(t - 1)}|${self}`, `ww+1=${self}|${lower(t + 1)}`);
  return features;
}

/** The features of every word. */
export function featurized(words: readonly string[]): string[][] {
  return words.map((_, t) => wordFeatures(words, t));
}

/** `Paris-2` → `Xxxxx-d`. */
function shape(word: string): string {
  return word
    .replace(/\p{Lu}/gu, 'X')
    .replace(/\p{Ll}/gu, 'x')
    .replace(/\p{Nd}/gu, 'd');
}
