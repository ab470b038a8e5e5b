/** Files of one's own, as spreadsheets write them: a heading is none of the examples, whether there are numbers below it or not. */
import { Rng } from '@seqloom/core';
import { expect, test } from 'vitest';
import sentiment from '../experiments/sentiment.js';
import { numbersOf, readColumns } from './columns.js';

const fileOf = (...lines: string[]) => new File([`${lines.join('\n')}\n`], 'mine.csv');
const repeated = (count: number, ...lines: string[]) => Array.from({ length: count }, () => lines).flat();

test('numbers below a heading', async () => {
  const columns = await readColumns('test', fileOf('day,value', ...repeated(3, 'Monday,1', 'Tuesday,2')));
  expect(columns.names).toEqual(['day', 'value']);
  expect(numbersOf(columns)).toEqual([1, 2, 1, 2, 1, 2]);
});

test.each([
  ['with a heading', ['review,sentiment']],
  ['without one', []],
])('texts and labels %s', async (_, heading) => {
  const file = fileOf(...heading, ...Array.from({ length: 60 }, (_, i) => `what a day ${i},${i % 2 ? 'good' : 'bad'}`));
  const { preview } = await sentiment.data({} as never, new Rng(1), file);
  expect(preview.counts).toHaveLength(2);
  expect(preview.counts).toEqual(
    expect.arrayContaining([
      ['good', 30],
      ['bad', 30],
    ]),
  );
});
