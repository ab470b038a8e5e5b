import fc from 'fast-check';
import { expect, test } from 'vitest';
import { confusionMatrix, labelF1 } from '../index.js';

const named = (name: string) => expect.objectContaining({ name });

test('rows are expected, columns predicted', () => {
  const matrix = confusionMatrix(['b', 'a', 'b'], ['a', 'a', 'c']);
  expect(matrix).toEqual({
    labels: ['a', 'b', 'c'],
    counts: [
      [1, 1, 0],
      [0, 0, 0],
      [0, 1, 0],
    ],
  });
  expect(confusionMatrix([1], [2], [2, 1]).counts).toEqual([
    [0, 1],
    [0, 0],
  ]);
  expect(confusionMatrix([10, 9], [9, 10]).labels).toEqual([9, 10]);
});

test('law: the micro average is the accuracy, transposing swaps precision and recall', () => {
  const label = fc.constantFrom('a', 'b', 'c');
  const law = fc.property(fc.array(fc.tuple(label, label), { minLength: 1 }), (pairs) => {
    const [predicted, expected] = [pairs.map(([p]) => p), pairs.map(([, e]) => e)];
    const report = labelF1(predicted, expected);
    const other = labelF1(expected, predicted);
    expect(report.micro.f1).toBeCloseTo(pairs.filter(([p, e]) => p === e).length / pairs.length, 14);
    for (const [name, { precision, recall, f1 }] of Object.entries(report.classes)) {
      expect(other.classes[name]).toMatchObject({ precision: recall, recall: precision });
      expect(other.classes[name]!.f1).toBeCloseTo(f1, 14);
    }
    expect(report.weighted.recall).toBeCloseTo(report.micro.recall, 14);
    expect(labelF1(expected, expected).macro.f1).toBe(1);
  });
  fc.assert(law);
});

test('macro F1 by hand', () => {
  const { macro, classes } = labelF1(['a', 'b', 'b', 'b'], ['a', 'a', 'b', 'c']);
  expect(classes.c).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
  expect(macro.f1).toBeCloseTo((2 / 3 + 1 / 2) / 3, 15);
});

test('wrong sizes, unknown labels, nothing to compare', () => {
  expect(() => confusionMatrix(['a'], [])).toThrow(named('ShapeError'));
  expect(() => confusionMatrix(['a'], ['b'], ['b'])).toThrow("'a' is none of the labels");
  expect(() => labelF1([], [])).toThrow(named('DataError'));
});
