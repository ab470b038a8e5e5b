/** chrF and chrF++, as translations are measured by characters (Popović 2015, 2017), equal to sacrebleu. */
import { count, knownOptions, within } from '@seqloom/core/options';
import { commonCount, countNGrams } from './n-grams.js';
import { listReferences, type References, signatureOf } from './references.js';
import { splitAtWhiteSpace } from './white-space.js';

export interface ChrFOptions {
  /** The longest n-grams of characters, 6 unless told. */
  readonly characterOrder?: number;
  /** The longest n-grams of words: 0 (unless told) is chrF, 2 is chrF++. */
  readonly wordOrder?: number;
  /** How much more recall counts than precision, 2 unless told. */
  readonly beta?: number;
  readonly whitespace?: boolean;
  readonly lowercase?: boolean;
  /** Count orders that a text is too short for as 0, as Moses and NLTK do, instead of leaving them out. */
  readonly epsilonSmoothing?: boolean;
}

export interface ChrFScore {
  /** 0 to 100. */
  readonly score: number;
  /** How it was computed, to be published with it. */
  readonly signature: string;
}

/** The chrF of all outputs together; of several references the one that gives the sentence the best score counts. Throws ShapeError when the numbers differ and DataError when there is no output or no reference. */
export function chrF(outputs: readonly string[], references: References, options: ChrFOptions = {}): ChrFScore {
  const settings = checkOptions(options);
  const lists = listReferences('chrF', outputs, references);
  const sum = Array.from({ length: settings.characterOrder + settings.wordOrder }, (): Overlap => [0, 0, 0]);
  for (const [i, output] of outputs.entries()) {
    const grams = gramsOf(output, settings);
    const overlaps = lists[i]!.map((reference) => overlap(grams, gramsOf(reference, settings)));
    const scores = overlaps.map((each) => fScore(each, settings));
    const best = overlaps[scores.indexOf(Math.max(...scores))]!;
    for (const [n, counts] of best.entries()) sum[n] = sum[n]!.map((each, k) => each + counts[k]!) as Overlap;
  }
  return {
    score: fScore(sum, settings),
    signature: signatureOf(
      lists.map(({ length }) => length),
      ...signatureParts(settings),
    ),
  };
}

/** n-grams in the output, in the reference, in both. */
type Overlap = [output: number, reference: number, common: number];

function overlap(output: readonly Map<string, number>[], reference: readonly Map<string, number>[]): Overlap[] {
  return output.map((grams, n) => {
    const others = reference[n]!;
    // An order that the reference is too short for does not count against the output.
    return [others.size === 0 ? 0 : total(grams), total(others), commonCount(grams, others)];
  });
}

function total(grams: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of grams.values()) sum += count;
  return sum;
}

function gramsOf(text: string, { characterOrder, wordOrder, whitespace, lowercase }: Settings): Map<string, number>[] {
  const cased = lowercase ? text.toLowerCase() : text;
  const characters = [...(whitespace ? cased : splitAtWhiteSpace(cased).join(''))];
  const words = wordOrder > 0 ? splitAtWhiteSpace(cased).flatMap(separatePunctuation) : [];
  return [
    ...Array.from({ length: characterOrder }, (_, n) => countNGrams(characters, n + 1, '')),
    ...Array.from({ length: wordOrder }, (_, n) => countNGrams(words, n + 1)),
  ];
}

const punctuation = /^[!-/:-@[-`{-~]$/;

/** One sign of ASCII at the end or else at the beginning is a word of its own. */
function separatePunctuation(word: string): string[] {
  const characters = [...word];
  if (characters.length === 1) return [word];
  if (punctuation.test(characters.at(-1)!)) return [characters.slice(0, -1).join(''), characters.at(-1)!];
  return punctuation.test(characters[0]!) ? [characters[0]!, characters.slice(1).join('')] : [word];
}

/** The F score of the mean precision and the mean recall of the orders that both texts have; smoothed, the mean of the orders' F scores. */
function fScore(orders: readonly Overlap[], { beta, epsilonSmoothing }: Settings): number {
  const both = orders.filter(([output, reference]) => output > 0 && reference > 0);
  const f = (precision: number, recall: number) =>
    precision + recall === 0 ? 0 : ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
  const ratios = both.map(([output, reference, common]) => [common / output, common / reference] as const);
  if (epsilonSmoothing) return (100 * ratios.reduce((sum, [p, r]) => sum + f(p, r), 0)) / orders.length;
  const mean = (k: 0 | 1) => ratios.reduce((sum, each) => sum + each[k], 0) / ratios.length;
  return both.length === 0 ? 0 : 100 * f(mean(0), mean(1));
}

type Settings = Required<ChrFOptions>;

function checkOptions(options: ChrFOptions): Settings {
  const known = ['characterOrder', 'wordOrder', 'beta', 'whitespace', 'lowercase', 'epsilonSmoothing'];
  knownOptions('chrF', options, known);
  const { characterOrder = 6, wordOrder = 0, beta = 2 } = options;
  const { whitespace = false, lowercase = false, epsilonSmoothing = false } = options;
  count('chrF', 'characterOrder', characterOrder);
  count('chrF', 'wordOrder', wordOrder, 0);
  within('chrF', 'beta', beta, 0);
  return { characterOrder, wordOrder, beta, whitespace, lowercase, epsilonSmoothing };
}

function signatureParts({ characterOrder, wordOrder, whitespace, lowercase, epsilonSmoothing }: Settings): string[] {
  return [
    `case:${lowercase ? 'lc' : 'mixed'}`,
    `eff:${epsilonSmoothing ? 'no' : 'yes'}`,
    `nc:${characterOrder}`,
    `nw:${wordOrder}`,
    `space:${whitespace ? 'yes' : 'no'}`,
  ];
}
