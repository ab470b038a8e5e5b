import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kFold, trainDevTest } from '../index.js';

interface Example {
  readonly id: number;
  readonly speaker: string;
}
const examples = fc
  .array(fc.constantFrom('ann', 'bob', 'cyd', 'dan', 'eve'), { maxLength: 40 })
  .map((speakers) => speakers.map((speaker, id): Example => ({ id, speaker })));
const group = ({ speaker }: Example) => speaker;
const rng = fc.option(
  fc.nat().map((seed) => () => new Rng(seed)),
  { nil: () => undefined },
);
const ids = (part: Example[]) => part.map(({ id }) => id);
const sorted = (numbers: number[]) => numbers.sort((a, b) => a - b);

test('law: every example in one part, in order, as many as asked, the same again from the same seed', () =>
  fc.assert(
    fc.property(examples, rng, fc.double({ min: 0, max: 0.5, noNaN: true }), (data, seeded, share) => {
      const split = () => trainDevTest(data, { dev: share, test: share / 2, rng: seeded() });
      const { train, dev, test } = split();
      expect(sorted([...ids(train), ...ids(dev), ...ids(test)])).toEqual(ids(data));
      expect([dev.length, test.length]).toEqual([share, share / 2].map((part) => Math.round(part * data.length)));
      expect(ids(train)).toEqual(sorted(ids(train)));
      expect(split()).toEqual({ train, dev, test });
    }),
  ));

test('law: no group lies in two parts', () =>
  fc.assert(
    fc.property(examples, rng, (data, seeded) => {
      const { train, dev, test } = trainDevTest(data, { dev: 0.2, test: 0.2, group, rng: seeded() });
      const speakers = [train, dev, test].map((part) => new Set(part.map(group)));
      expect(speakers.reduce((total, { size }) => total + size, 0)).toBe(new Set(data.map(group)).size);
      expect(train.length + dev.length + test.length).toBe(data.length);
    }),
  ));

test('law: folds test every example once, without groups in training and test', () =>
  fc.assert(
    fc.property(examples, rng, fc.integer({ min: 2, max: 5 }), fc.boolean(), (data, seeded, folds, grouped) => {
      fc.pre((grouped ? new Set(data.map(group)).size : data.length) >= folds);
      const found = kFold(data, { folds, rng: seeded(), group: grouped ? group : undefined });
      expect(found).toHaveLength(folds);
      expect(sorted(found.flatMap(({ test }) => ids(test)))).toEqual(ids(data));
      for (const { train, test } of found) {
        expect(sorted([...ids(train), ...ids(test)])).toEqual(ids(data));
        const known = new Set(train.map(group));
        if (grouped) expect(test.some((example) => known.has(group(example)))).toBe(false);
        else expect(Math.abs(test.length - data.length / folds)).toBeLessThan(1);
      }
    }),
  ));

test('law: stratified, sizes are as exact and each label is as frequent in every part, of whole groups as near as they allow', () =>
  fc.assert(
    fc.property(examples, rng, fc.double({ min: 0, max: 0.5, noNaN: true }), (data, seeded, share) => {
      const { train, dev, test } = trainDevTest(data, { dev: share, test: 0.2, stratify: group, rng: seeded() });
      expect([dev.length, test.length]).toEqual([share, 0.2].map((part) => Math.round(part * data.length)));
      expect(train.length).toBe(data.length - dev.length - test.length);
      for (const speaker of new Set(data.map(group))) {
        const count = (part: readonly Example[]) => part.filter((each) => group(each) === speaker).length;
        for (const part of [train, dev, test]) {
          expect(Math.abs(count(part) - (count(data) * part.length) / data.length)).toBeLessThan(2);
        }
      }
    }),
  ));

test('law: stratified folds of groups', () => {
  const data = Array.from({ length: 120 }, (_, id) => ({ id, document: id >> 2, label: id < 40 ? 'rare' : 'common' }));
  const options = {
    folds: 5,
    group: (each: (typeof data)[0]) => each.document,
    stratify: ({ label }: (typeof data)[0]) => label,
  };
  for (const { train, test } of kFold(data, { ...options, rng: new Rng(1) })) {
    expect([test.length, test.filter(({ label }) => label === 'rare').length]).toEqual([24, 8]);
    const documents = new Set(train.map(({ document }) => document));
    expect(test.some(({ document }) => documents.has(document))).toBe(false);
  }
});

test.each([
  () => trainDevTest([1, 2], { dev: 0.6, test: 0.6 }),
  () => trainDevTest([1, 2], { test: -1 }),
  () => kFold([1, 2], { folds: 1 }),
  () => kFold([1, 2], { folds: 3 }),
  () => kFold([1, 2, 3], { folds: 2, group: () => 'one' }),
])('impossible splits are OptionErrors: %s', (split) => {
  expect(split).toThrow(expect.objectContaining({ name: 'OptionError' }));
});
