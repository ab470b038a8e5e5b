/** Precision, recall and F1 of several classes, and their averages. */

export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** How many were expected. */
  readonly support: number;
}

/** The averages over all classes: micro counts everything together, macro is the mean of the classes, weighted their mean by support. */
export interface ScoreReport {
  readonly micro: Scores;
  readonly macro: Scores;
  readonly weighted: Scores;
  readonly classes: Readonly<Record<string, Scores>>;
}

/** What was predicted, what expected, and what both: one class' share of a confusion. */
export class Tally {
  correct = 0;
  predicted = 0;
  expected = 0;
}

/** The scores of each class and their averages; a ratio without anything to count is 0. */
export function scoreReport(tallies: ReadonlyMap<string, Tally>): ScoreReport {
  const sum = new Tally();
  for (const { correct, predicted, expected } of tallies.values()) {
    sum.correct += correct;
    sum.predicted += predicted;
    sum.expected += expected;
  }
  const sorted = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1));
  const classes = sorted.map(([name, tally]) => [name, scoresOf(tally)] as const);
  const all = classes.map(([, scores]) => scores);
  return {
    micro: scoresOf(sum),
    macro: average(all, sum.expected, () => 1),
    weighted: average(all, sum.expected, ({ support }) => support),
    classes: Object.fromEntries(classes),
  };
}

function scoresOf({ correct, predicted, expected }: Tally): Scores {
  const precision = ratio(correct, predicted);
  const recall = ratio(correct, expected);
  return { precision, recall, f1: harmonic(precision, recall), support: expected };
}

function average(all: readonly Scores[], support: number, weight: (scores: Scores) => number): Scores {
  const total = all.reduce((sum, each) => sum + weight(each), 0);
  const mean = (name: 'precision' | 'recall' | 'f1') =>
    ratio(
      all.reduce((sum, each) => sum + weight(each) * each[name], 0),
      total,
    );
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support };
}

/** The harmonic mean, which is F1 of precision and recall. */
export function harmonic(precision: number, recall: number): number {
  return ratio(2 * precision * recall, precision + recall);
}

/** 0 where there is nothing to divide by. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
