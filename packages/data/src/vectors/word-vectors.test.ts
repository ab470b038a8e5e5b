import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng, readWordVectors, Vocabulary } from '../index.js';

const glove = 'the 0.5 -1e-2\nat name@domain.com 1 2\n. . . 3 4\ncat 0.5 0\nthe 9 9\n';
const dataError = (problem: string | RegExp) =>
  expect.objectContaining({ name: 'DataError', message: expect.stringMatching(problem) });

test('GloVe: words with blanks, the first of two; in the order of the text', async () => {
  const vectors = await readWordVectors(glove);
  expect(vectors.vocabulary.tokens.slice(2)).toEqual(['the', 'at name@domain.com', '. . .', 'cat']);
  expect([vectors.size, vectors.found]).toEqual([2, 4]);
  expect(vectors.vector('. . .')).toEqual(Float32Array.of(3, 4));
  expect(vectors.vector('<unk>')).toBeUndefined();
});

test.each([
  ['word2vec', '2 3\ncat 1 2 3 \ndog 4 5 6 \n'],
  ['tabs and no header', 'cat\t1\t2\t3\r\ndog\t4\t5\t6'],
])('%s, gzip, in chunks: only what the vocabulary wants, in its order', async (_, text) => {
  const vocabulary = Vocabulary.build(['dog', 'dog', 'cow', 'cow', 'cat']);
  const bytes = gzipSync(text);
  const chunks = async function* () {
    for (let i = 0; i < bytes.length; i += 7) yield bytes.subarray(i, i + 7);
  };
  for (const source of [text, new Blob([bytes]), chunks()]) {
    const { matrix, found, size } = await readWordVectors(source, { vocabulary });
    const rows = vocabulary.tokens.map((_, id) => [...matrix.subarray(id * size, (id + 1) * size)]);
    expect(found).toBe(2);
    expect(Object.fromEntries(vocabulary.tokens.map((token, id) => [token, rows[id]]))).toMatchObject({
      '<pad>': [0, 0, 0],
      cow: [0, 0, 0],
      dog: [4, 5, 6],
      cat: [1, 2, 3],
    });
  }
  const drawn = await readWordVectors(text, { vocabulary, rng: new Rng(1) });
  expect(drawn.matrix.every((value) => value !== 0)).toBe(true);
  expect((await readWordVectors(text, { limit: 1 })).found).toBe(1);
});

test('law: what is written is read', async () => {
  const value = fc.float({ noNaN: true, noDefaultInfinity: true });
  const rows = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-zé猫.]{1,5}$/), fc.tuple(value, value, value)), {
    selector: ([word]) => word,
    minLength: 1,
  });
  const law = fc.asyncProperty(rows, fc.boolean(), async (words, header) => {
    const lines = words.map(([word, vector]) => `${word} ${vector.join(' ')}`);
    const vectors = await readWordVectors([...(header ? [`${words.length} 3`] : []), ...lines].join('\n'));
    for (const [word, vector] of words) {
      expect([...vectors.vector(word)!].map((x) => x + 0)).toEqual(vector.map((x) => x + 0));
    }
  });
  await fc.assert(law, { numRuns: 100 });
});

test('neighbours by cosine', async () => {
  const vectors = await readWordVectors('a 1 0\nb 2 0.1\nc 0 1\nd -1 0\nz 0 0\n');
  expect(vectors.nearest('a', 2).map(({ word }) => word)).toEqual(['b', 'c']);
  expect(vectors.nearest([0, 2]).map(({ word }) => word)[0]).toBe('c');
  expect(vectors.nearest('a').at(-1)).toEqual({ word: 'd', similarity: -1 });
  expect(() => vectors.nearest('cow')).toThrow(expect.objectContaining({ name: 'OptionError' }));
  expect(() => vectors.nearest([1])).toThrow(expect.objectContaining({ name: 'ShapeError' }));
});

test('errors tell the line; bad lines can be left out', async () => {
  const bad = 'the 1 2\ncat 1\ndog 1 x\nhat 3 4\n';
  await expect(readWordVectors(bad)).rejects.toEqual(dataError(/line 2: expected a word and 2 numbers/));
  await expect(readWordVectors('the 1 2\ndog 1 x 2\nfox x 2')).rejects.toEqual(dataError(/line 2: 'x' is not/));
  await expect(readWordVectors('3 2\nthe 1 2\n')).rejects.toEqual(dataError('announces 3 words, there are 1'));
  for (const empty of ['', 'word\nother\n']) await expect(readWordVectors(empty)).rejects.toEqual(dataError(''));
  const errors: string[] = [];
  const vectors = await readWordVectors(bad, { onBad: ({ message }) => errors.push(message) });
  expect([vectors.found, errors.length]).toEqual([2, 2]);
  for (const options of [{ limit: 0 }, { rng: 1 }, { size: 3 }]) {
    await expect(readWordVectors(glove, options as never)).rejects.toMatchObject({ name: 'OptionError' });
  }
});
