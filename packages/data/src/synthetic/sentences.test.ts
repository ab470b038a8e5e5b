import { Rng } from '@seqloom/core/rng';
import { expect, test } from 'vitest';
import { collect, generateSentences, readConllu, writeConllu } from '../index.js';
import { grammar } from './sentence-grammar.js';

const universal = 'ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X'.split(' ');
const sentences = generateSentences({ rng: new Rng(1), count: 5000 });
const tokens = sentences.flatMap((sentence) => sentence.tokens);

test('law: the sentences are valid CoNLL-U, and the same for the same seed', async () => {
  expect(await collect(readConllu(writeConllu(sentences)))).toEqual(sentences);
  expect(generateSentences({ rng: new Rng(1), count: 50 })).toEqual(sentences.slice(0, 50));
  expect(generateSentences({ rng: new Rng(2), count: 50 })).not.toEqual(sentences.slice(0, 50));
});

test('every symbol of the grammar is reached, and every word has a universal tag', () => {
  const parts = Object.values(grammar).flatMap((alternatives) => alternatives.flatMap((each) => each.split(' ')));
  expect(Object.keys(grammar).filter((symbol) => symbol !== 'Sentence' && !parts.includes(symbol))).toEqual([]);
  const words = parts.filter((part) => !grammar[part]);
  expect(words.filter((word) => !universal.includes(word.split('/')[1] ?? ''))).toEqual([]);
});

test('all 17 tags occur, and many forms bear several', () => {
  expect([...new Set(tokens.map(({ upos }) => upos))].sort()).toEqual(universal);
  const tagsOf = (form: string) =>
    new Set(tokens.filter((token) => token.form.toLowerCase() === form).map(({ upos }) => upos));
  expect(tagsOf('book')).toEqual(new Set(['NOUN', 'VERB']));
  expect(tagsOf('run')).toEqual(new Set(['NOUN', 'VERB']));
  expect(tagsOf('light')).toEqual(new Set(['NOUN', 'VERB', 'ADJ']));
  expect(tagsOf('that')).toEqual(new Set(['DET', 'PRON', 'SCONJ']));
  expect(tagsOf('to')).toEqual(new Set(['ADP', 'PART']));
  const forms = new Set(tokens.map(({ form }) => form.toLowerCase()));
  expect([...forms].filter((form) => tagsOf(form).size > 1).length).toBeGreaterThan(30);
});

test('texts read as people write', () => {
  for (const { comments, tokens: words } of sentences) {
    const text = comments[1]!.replace('# text = ', '');
    expect(text).toMatch(/^[A-Z\d"].*[.!?]$/);
    expect(text).not.toMatch(/ [.,?!%]| 's| n't|\$ | {2}|\ba [aeiou]|\bA [aeiou]/);
    expect(text.replaceAll(' ', '')).toBe(words.map(({ form }) => form).join(''));
  }
});

test('impossible options are OptionErrors', () => {
  for (const options of [{ count: -1 }, { count: 1, language: 'de' }]) {
    expect(() => generateSentences({ rng: new Rng(1), ...options })).toThrow(
      expect.objectContaining({ name: 'OptionError' }),
    );
  }
});
