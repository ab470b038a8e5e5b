import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rouge } from './rouge.js';

const named = (name: string) => expect.objectContaining({ name });

test("Lin's gunman (2004, §3): the order of words counts for ROUGE-L only", () => {
  const [killed] = ['police killed the gunman'];
  const f1 = (output: string) => {
    const { rouge2, rougeL } = rouge([output], [killed]);
    return [rouge2.f1, rougeL.f1];
  };
  expect(f1('police kill the gunman')).toEqual([1 / 3, 3 / 4]);
  expect(f1('the gunman kill police')).toEqual([1 / 3, 2 / 4]);
  expect(f1('the gunman police killed')).toEqual([2 / 3, 2 / 4]);
});

test('precision, recall, clipped counts, several references and the mean of the outputs', () => {
  expect(rouge(['testing'], ['Testing one, two'])).toEqual({
    rouge1: { precision: 1, recall: 1 / 3, f1: 0.5 },
    rouge2: { precision: 0, recall: 0, f1: 0 },
    rougeL: { precision: 1, recall: 1 / 3, f1: 0.5 },
  });
  expect(rouge(['the the the'], ['the cat']).rouge1.precision).toBe(1 / 3);
  expect(rouge(['a b'], [['c', 'a b', 'a']]).rouge2.f1).toBe(1);
  expect(rouge(['a', 'b'], ['a', 'c']).rouge1).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
  expect(rouge(['Été à Paris'], ['été']).rouge1.recall).toBe(1);
  expect(rouge(['a b'], ['ab'], { tokenize: (text) => [...text] }).rougeL.recall).toBe(1);
});

test('law: a text is itself; sides swap precision and recall; ROUGE-L is at most ROUGE-1', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 8 }).map((words) => words.join(' '));
  const law = fc.property(text, text, (a, b) => {
    const [there, back] = [rouge([a], [b]), rouge([b], [a])];
    for (const name of ['rouge1', 'rouge2', 'rougeL'] as const) {
      expect(rouge([a], [a])[name]).toEqual({ precision: 1, recall: 1, f1: 1 });
      expect(back[name]).toMatchObject({ precision: there[name].recall, recall: there[name].precision });
    }
    expect(there.rougeL.recall).toBeLessThanOrEqual(there.rouge1.recall);
  });
  fc.assert(law);
});

test('empty outputs score 0, nothing to compare is an error', () => {
  expect(rouge([''], ['a b']).rougeL).toEqual({ precision: 0, recall: 0, f1: 0 });
  expect(rouge([''], ['']).rouge1.f1).toBe(0);
  expect(() => rouge([], [])).toThrow(named('DataError'));
  expect(() => rouge(['a'], [])).toThrow(named('ShapeError'));
  expect(() => rouge(['a'], ['a'], { stem: true } as object)).toThrow(named('OptionError'));
});
