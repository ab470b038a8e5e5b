import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AttributeDictionary } from './attribute-dictionary.js';

it('numbers attributes as they come, any text, and knows no others', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.array(fc.string()), (names, others) => {
      const expected = [...new Set(names)];
      const dictionary = new AttributeDictionary(names);
      expect(dictionary.size).toBe(expected.length);
      for (const [id, name] of expected.entries()) {
        expect([dictionary.id(name), dictionary.name(id), dictionary.intern(name)]).toEqual([id, name, id]);
      }
      for (const other of others) expect(dictionary.id(other)).toBe(expected.indexOf(other));
    }),
  );
});

it('holds many', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `w-1=${i.toString(36)}`);
  const dictionary = new AttributeDictionary(names);
  expect(names.map((name) => dictionary.id(name))).toEqual(names.map((_, i) => i));
  expect(dictionary.id('w-1=')).toBe(-1);
});
