import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, readJsonl, writeJsonl } from '../index.js';
import { jsonBreak } from './json-break.js';

const json = fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.parse(JSON.stringify(value)) as unknown); // no -0

test('law: what is written is read back, also packed and in chunks', () =>
  fc.assert(
    fc.asyncProperty(fc.array(json, { maxLength: 5 }), async (values) => {
      const text = writeJsonl(values);
      expect(await collect(readJsonl(text))).toEqual(values);
      const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
      expect(await collect(readJsonl(packed))).toEqual(values);
    }),
  ));

test('law: a text breaks exactly where it is no JSON', () => {
  const marks = fc.string({ unit: fc.constantFrom(...'{}[],:"\\ \n\u0001\u007f😀1-.e0tu', 'true', 'null', '"a"') });
  const damaged = fc.tuple(json, fc.nat(), fc.nat(2), marks).map(([value, at, length, mark]) => {
    const text = JSON.stringify(value);
    return text.slice(0, at % (text.length + 1)) + mark + text.slice((at % (text.length + 1)) + length);
  });
  const law = fc.property(fc.oneof(marks, damaged), (text) => {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    expect(jsonBreak(text) === -1).toBe(valid);
  });
  fc.assert(law, { numRuns: 5000 });
});

test('the first bad line stops with its column, or is left out and counted; blank lines are none', async () => {
  const file = new File(['{"a": 1}\n\n{"a": x}\n[1,\n{"a": "three"}\n{"a": 4}'], 'x.jsonl');
  const reading = collect(readJsonl(file));
  await expect(reading).rejects.toMatchObject({ name: 'DataError', where: 'readJsonl(x.jsonl)' });
  await expect(reading).rejects.toThrow("line 3, column 7: not JSON from 'x}' on");
  const check = (value: unknown) => {
    const { a } = value as { a: unknown };
    if (typeof a !== 'number') throw new Error('a must be a number');
    return a;
  };
  const problems: string[] = [];
  const numbers: number[] = await collect(readJsonl(file, { check, onBad: ({ message }) => problems.push(message) }));
  expect(numbers).toEqual([1, 4]);
  expect(problems.map((problem) => problem.slice('readJsonl(x.jsonl): '.length))).toEqual([
    "line 3, column 7: not JSON from 'x}' on",
    'line 4, column 4: not JSON from the end of the line on',
    'line 5: a must be a number',
  ]);
});

test.each([undefined, () => 1, { a: Number.NaN }, [Infinity]])(
  'what JSON has no form for is not written: %s',
  (value) => {
    expect(() => writeJsonl([1, value])).toThrow(expect.objectContaining({ name: 'DataError', where: 'writeJsonl' }));
  },
);
