/** ROUGE, as summaries are measured (Lin 2004), equal to Google's rouge_score without stemming. */
import { knownOptions } from '@seqloom/core/options';
import { commonCount, countNGrams } from './n-grams.js';
import { listReferences, type References } from './references.js';
import { harmonic, ratio } from './scores.js';

export interface RougeOptions {
  /** A text → its words; small letters and digits of any script unless told, which for ASCII is what rouge_score takes. */
  readonly tokenize?: (text: string) => readonly string[];
}

/** Each 0 to 1. */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Common words, common pairs of neighbouring words, and the longest common subsequence. */
export interface RougeScores {
  readonly rouge1: RougeScore;
  readonly rouge2: RougeScore;
  readonly rougeL: RougeScore;
}

/** The mean ROUGE-1, ROUGE-2 and ROUGE-L of the outputs; of several references the one with the best F1 counts, for each measure by itself. Throws ShapeError when the numbers differ and DataError when there is no output or no reference. */
export function rouge(outputs: readonly string[], references: References, options: RougeOptions = {}): RougeScores {
  knownOptions('rouge', options, ['tokenize']);
  const { tokenize = words } = options;
  const lists = listReferences('rouge', outputs, references);
  const pairs = outputs.map((output, i) => ({ output: tokenize(output), real: lists[i]!.map(tokenize) }));
  const mean = (measure: Measure) => meanScore(pairs.map(({ output, real }) => best(measure, output, real)));
  return { rouge1: mean(nGramOverlap(1)), rouge2: mean(nGramOverlap(2)), rougeL: mean(commonSubsequence) };
}

type Words = readonly string[];
type Measure = (output: Words, reference: Words) => RougeScore;

function best(measure: Measure, output: Words, references: readonly Words[]): RougeScore {
  return references.map((reference) => measure(output, reference)).reduce((a, b) => (b.f1 > a.f1 ? b : a));
}

function nGramOverlap(order: number): Measure {
  const total = ({ length }: Words) => Math.max(0, length - order + 1);
  return (output, reference) => {
    const common = commonCount(countNGrams(output, order), countNGrams(reference, order));
    return score(common, total(output), total(reference));
  };
}

function commonSubsequence(output: Words, reference: Words): RougeScore {
  let row = Array<number>(reference.length + 1).fill(0);
  for (const word of output) {
    const next = [0];
    for (const [j, other] of reference.entries())
      next.push(word === other ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    row = next;
  }
  return score(row.at(-1)!, output.length, reference.length);
}

function score(common: number, output: number, reference: number): RougeScore {
  const [precision, recall] = [ratio(common, output), ratio(common, reference)];
  return { precision, recall, f1: harmonic(precision, recall) };
}

function meanScore(scores: readonly RougeScore[]): RougeScore {
  const mean = (name: keyof RougeScore) => scores.reduce((sum, each) => sum + each[name], 0) / scores.length;
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

/** Underscores separate, as in rouge_score. */
function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
