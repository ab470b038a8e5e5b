import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenEncoder, tokenFeatures } from '../index.js';

const named = (name: string) => expect.objectContaining({ name });
const end = '\u0000';
const training = 'The dogs bark . the cats sleep . The 1st dog of 1998 and the 2nd dog of 2003 barked'.split(' ');

test.each([
  ['word', 'McDonald', 'mcdonald'],
  ['word', '1998-05', '0000-00'],
  ['prefix2', 'Straße', 'st'],
  ['prefix3', 'a', `a${end}`],
  ['suffix3', 'barked', 'ked'],
  ['suffix4', 'of', `${end}of`],
  ['suffix1', 'go👍', '👍'],
  ['shape', 'USA', 'XX'],
  ['shape', "McDonald's", "XxXxx'x"],
  ['shape', '12.5%', 'dd.d%'],
  ['shape', '東京都', 'oo'],
  ['shape', '......', '..'],
] as const)('%s of %s', (feature, form, expected) => {
  expect(tokenFeatures[feature](form)).toBe(expected);
});

test('law: any word has one id in range for each column', () => {
  const encoder = TokenEncoder.build(training);
  const law = fc.property(fc.string({ unit: 'binary' }), (form) => {
    const ids = encoder.encode(form);
    expect(ids).toHaveLength(encoder.sizes.length);
    expect(ids.every((id, f) => id >= 1 && id < encoder.sizes[f]!)).toBe(true);
  });
  fc.assert(law, { numRuns: 1000 });
});

test('rare words are unknown in training too, and an unknown word keeps affixes and shape', () => {
  const encoder = TokenEncoder.build(training, { features: ['word', 'suffix2', 'shape'], minCount: 2 });
  expect(encoder.sizes).toHaveLength(3);
  expect(encoder.encodeAll(['sleep', 'Dog', 'frogs'])).toEqual([
    [1, 1, expect.any(Number)],
    encoder.encode('Dog'),
    [1, 1, encoder.encode('cats')[2]],
  ]);
  expect(encoder.encode('dog')[0]).toBe(encoder.encode('DOG')[0]);
  expect(encoder.encode('1777')[0]).toBe(encoder.encode('1998')[0]);
});

test('law: saved and loaded, it encodes the same', () => {
  const encoder = TokenEncoder.build(training);
  const loaded = TokenEncoder.fromJSON(structuredClone(encoder.toJSON()));
  const words = [...training, 'unseen', 'Barking', '77'];
  expect(loaded.encodeAll(words)).toEqual(encoder.encodeAll(words));
  expect(loaded.sizes).toEqual(encoder.sizes);
});

test('what is no token encoder is a DataError', () => {
  const json = JSON.parse(JSON.stringify(TokenEncoder.build(training, { features: ['word'] })));
  const [column] = json.columns;
  const broken = [null, 7, {}, { ...json, version: 9 }, { ...json, columns: [] }, { ...json, columns: [null] }];
  const columns = [
    { ...column, feature: 'toString' },
    { ...column, vocabulary: { tokens: [] } },
  ];
  const { specials } = column.vocabulary;
  for (const wrong of [{}, { padding: 0 }, { ...specials, unknown: 2 }]) {
    columns.push({ ...column, vocabulary: { ...column.vocabulary, specials: wrong } });
  }
  broken.push({ ...json, columns: [column, column] });
  for (const value of [...broken, ...columns.map((each) => ({ ...json, columns: [each] }))]) {
    expect(() => TokenEncoder.fromJSON(value)).toThrow(named('DataError'));
  }
});

test.each([{ features: ['stem'] }, { features: [] }, { features: ['word', 'word'] }, { minCount: 0 }, { lower: true }])(
  'impossible options are OptionErrors: %j',
  (options) => {
    expect(() => TokenEncoder.build(training, options as never)).toThrow(named('OptionError'));
  },
);
