/** UD English EWT with the features of the shared data's README: what CRFsuite was measured with. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export interface Tagged {
  tokens: string[];
  labels: string[];
}

/** Where the shared data are, unless SEQLOOM_DATA says otherwise. */
export const sharedData: string =
  process.env.SEQLOOM_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** The sentences of a part, with their universal parts of speech. */
export function treebank(part: 'train' | 'dev' | 'test'): Tagged[] {
  const file = `${sharedData}/labelling/ud-english-ewt/en_ewt-ud-${part}.conllu.gz`;
  return gunzipSync(readFileSync(file))
    .toString()
    .split('\n\n')
    .map((block) => {
      const words = block.split('\n').filter((line) => /^\d+\t/.test(line));
      const column = (n: number) => words.map((line) => line.split('\t')[n]!);
      return { tokens: column(1), labels: column(3) };
    })
    .filter(({ tokens }) => tokens.length > 0);
}

/** Word, lower case, shape, affixes of 1 to 4 letters, the neighbours up to ±2, and the pairs with the next ones. */
export function wordFeatures(tokens: readonly string[], t: number): string[] {
  const word = tokens[t]!;
  const lower = (i: number) => (i < 0 ? '<s>' : (tokens[i]?.toLowerCase() ?? '</s>'));
  const self = lower(t);
  const shape = word
    .replace(/\p{Lu}/gu, 'X')
    .replace(/\p{Ll}/gu, 'x')
    .replace(/\p{Nd}/gu, 'd');
  const features = ['b', `w=${word}`, `l=${self}`, `s=${shape}`];
  for (let n = 1; n <= 4 && n <= self.length; n++)
    features.push(`p${n}=${self.slice(0, n)}`, `x${n}=${self.slice(-n)}`);
  for (const offset of [-2, -1, 1, 2]) features.push(`w${offset}=${lower(t + offset)}`);
  features.push(`w-1w=${lower(t - 1)}|${self}`, `ww+1=${self}|${lower(t + 1)}`);
  return features;
}
