import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, pipe, type Window, windows } from '../index.js';

const sequences = fc.array(fc.array(fc.nat(), { maxLength: 9 }), { maxLength: 6 });
const sizes = { rows: fc.integer({ min: 1, max: 4 }), steps: fc.integer({ min: 1, max: 4 }), ahead: fc.nat(2) };

test('a row reads whole sequences in order, and together the rows read all', () =>
  fc.assert(
    fc.asyncProperty(sequences, fc.record(sizes), async (data, { rows, steps, ahead }) => {
      const found = await collect(pipe(data, windows({ rows, steps, ahead })));
      const read: number[][] = [];
      for (let row = 0; row < rows; row++)
        read.push(
          ...joined(
            found.map((window) => window[row]!),
            ahead,
          ),
        );
      const expected = data.filter((sequence) => sequence.length > ahead);
      expect(read.map(String).sort()).toEqual(expected.map(String).sort());
    }),
  ));

test('windows have the same steps in every row, and some items ahead', async () => {
  const data = pipe([[...'abcdefg'], [...'hi'], [...'jkl']], windows({ rows: 2, steps: 3, ahead: 1 }));
  const text = (await collect(data)).map((rows) =>
    rows.map(({ items, starts }) => `${starts ? '^' : ''}${items.join('')}`),
  );
  expect(text).toEqual([
    ['^abcd', '^hi'],
    ['defg', '^jkl'],
  ]);
});

/** The sequences in the windows of one row. */
function joined(row: Window<number>[], ahead: number): number[][] {
  const out: number[][] = [];
  for (const { items, starts } of row) {
    if (starts) out.push([...items]);
    else if (items.length > 0) out.push([...out.pop()!.slice(0, -ahead || undefined), ...items]);
  }
  return out;
}
