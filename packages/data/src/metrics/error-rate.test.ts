import fc from 'fast-check';
import { expect, test } from 'vitest';
import { align } from './align.js';
import { characterErrorRate, editCounts, editDistance, errorRate, wordErrorRate } from './error-rate.js';

const named = (name: string) => expect.objectContaining({ name });
const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 });

test('law: an alignment holds both sequences in order and has the fewest edits', () => {
  const law = fc.property(word, word, (predicted, expected) => {
    const steps = align(predicted, expected);
    expect(steps.flatMap((step) => ('predicted' in step ? [step.predicted] : []))).toEqual(predicted);
    expect(steps.flatMap((step) => ('expected' in step ? [step.expected] : []))).toEqual(expected);
    expect(steps.filter(({ kind }) => kind !== 'equal')).toHaveLength(editDistance(predicted, expected));
    for (const step of steps)
      if (step.kind === 'equal' || step.kind === 'substitute')
        expect(step.predicted === step.expected).toBe(step.kind === 'equal');
  });
  fc.assert(law);
});

test('law: the error rate is the edits of the alignments by what was expected', () => {
  const pairs = fc.array(fc.tuple(word, word), { minLength: 1 });
  const law = fc.property(pairs, (all) => {
    const [predicted, expected] = [all.map(([p]) => p), all.map(([, e]) => e)];
    fc.pre(expected.flat().length > 0);
    const counts = editCounts(predicted, expected);
    const edits = counts.substitute + counts.delete + counts.insert;
    expect(errorRate(predicted, expected)).toBe(edits / expected.flat().length);
    expect(counts.equal + counts.substitute + counts.delete).toBe(expected.flat().length);
  });
  fc.assert(law);
});

test('words and characters', () => {
  expect(wordErrorRate(['hello  duck '], ['hello world'])).toBe(1 / 2);
  expect(wordErrorRate(['', 'a b'], ['x', 'a b'])).toBe(1 / 3);
  expect(characterErrorRate(['i kan cpell'], ['i can spell'])).toBe(2 / 11);
  expect(characterErrorRate(['😃é'], ['😀é'])).toBe(1 / 2);
  expect(align(['a', 'c', 'd'], ['a', 'b', 'd', 'e'])).toEqual([
    { kind: 'equal', predicted: 'a', expected: 'a' },
    { kind: 'substitute', predicted: 'c', expected: 'b' },
    { kind: 'equal', predicted: 'd', expected: 'd' },
    { kind: 'delete', expected: 'e' },
  ]);
});

test('nothing expected is a DataError, numbers that differ a ShapeError', () => {
  for (const rate of [wordErrorRate, characterErrorRate]) {
    expect(() => rate(['a'], [' '])).toThrow(named('DataError'));
    expect(() => rate(['a'], [])).toThrow(named('ShapeError'));
  }
  expect(() => editCounts([['a']], [])).toThrow(named('ShapeError'));
  expect(align([], [])).toEqual([]);
});
