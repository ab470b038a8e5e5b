import { expect, test } from 'vitest';
import { type ScoreReport, spanF1, spanScores, type TagScheme, tokenAccuracy } from '../index.js';
import conlleval from './__fixtures__/conlleval.json' with { type: 'json' };
import seqeval from './__fixtures__/seqeval.json' with { type: 'json' };

const named = (name: string) => expect.objectContaining({ name });

test.each(seqeval.cases)('seqeval: $scheme', ({ gold, predicted, report, accuracy, scheme }) => {
  const lenient = scheme.startsWith('conlleval');
  const got = spanF1(predicted, gold, lenient ? {} : { scheme: scheme as TagScheme });
  const rows = { ...got.classes, 'micro avg': got.micro, 'macro avg': got.macro, 'weighted avg': got.weighted };
  expect(Object.keys(rows)).toEqual(Object.keys(report));
  for (const [name, { precision, recall, 'f1-score': f1, support }] of Object.entries(report)) {
    const row = rows[name as keyof typeof rows]!;
    expect(row.precision).toBeCloseTo(precision, 11);
    expect(row.recall).toBeCloseTo(recall, 11);
    expect(row.f1).toBeCloseTo(f1, 11);
    expect(row.support).toBe(support);
  }
  expect(tokenAccuracy(predicted, gold)).toBeCloseTo(accuracy, 11);
});

test.each(conlleval.cases)('conlleval prints: $name', ({ sentences, conlleval }) => {
  const column = (i: number) => sentences.map((sentence) => sentence[i]!.split(' '));
  const report = spanF1(column(1), column(0));
  const [, percent] = /accuracy: +([\d.]+)%/.exec(conlleval)!;
  expect((100 * tokenAccuracy(column(1), column(0))).toFixed(2)).toBe(percent);
  expect(printed(conlleval, /; (precision.*)/)).toBe(percents(report.micro));
  for (const [type, scores] of Object.entries(report.classes))
    expect(printed(conlleval, new RegExp(` ${type}: (.*)  \\d+`))).toBe(percents(scores));
  expect(conlleval).toContain(` ${report.micro.support} phrases; found`);
});

const printed = (text: string, line: RegExp) => line.exec(text)?.[1]?.replace(/ +/g, ' ');

function percents({ precision, recall, f1 }: ScoreReport['micro']): string {
  const [p, r, f] = [precision, recall, f1].map((each) => (100 * each).toFixed(2));
  return `precision: ${p}%; recall: ${r}%; FB1: ${f}`;
}

test('seqeval on what the two readings differ in', () => {
  const [pair] = conlleval.seqeval.conll_mode_f1;
  expect(spanF1(pair!.pred, pair!.true).micro.f1).toBe(1);
  expect(spanF1(pair!.pred, pair!.true, { scheme: 'BIO' }).micro.f1).toBe(0);
  const { true: gold, pred, macro, weighted } = conlleval.seqeval.strict_scores;
  const report = spanF1(pred, gold, { scheme: 'IOB2' });
  for (const [scores, rounded] of [
    [report.macro, macro],
    [report.weighted, weighted],
  ] as const)
    expect([scores.precision, scores.recall, scores.f1].map((each) => Number(each.toFixed(2)))).toEqual(rounded);
});

test('nothing found, nothing there, nothing at all', () => {
  expect(spanF1([['O']], [['B-X']]).micro).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
  expect(spanF1([['O']], [['O']])).toMatchObject({ micro: { f1: 0, support: 0 }, macro: { f1: 0 }, classes: {} });
  expect(spanF1([['B-__proto__']], [['B-__proto__']]).micro.f1).toBe(1);
  const twice = { type: 'X', start: 0, end: 1 };
  expect(spanScores([[twice, twice]], [[twice]]).micro.f1).toBe(1);
  expect(() => spanF1([[]], [[]])).toThrow(named('DataError'));
  expect(() => spanScores([], [])).toThrow(named('DataError'));
  expect(() => spanF1([['O']], [['O', 'O']])).toThrow('tokens in sentence 0');
  expect(() => spanF1([], [['O']])).toThrow(named('ShapeError'));
});
