/** The browser's interfaces for a drop, played; the real ones are in dropped-files.browser.test.ts. */
import { expect, test } from 'vitest';
import { collect, droppedFiles, readLines } from '../index.js';

type Tree = { readonly [name: string]: string | Tree | null };

/** A file, a folder, or null for one that cannot be read; folders give three entries at a time. */
function entry(name: string, content: string | Tree | null): unknown {
  const fail = (_: unknown, reject: (error: Error) => void) => reject(new Error('gone'));
  if (content === null) return { name, isFile: true, file: fail };
  if (typeof content === 'string') {
    return { name, isFile: true, file: (done: (file: File) => void) => done(new File([content], name)) };
  }
  const createReader = () => {
    const rest = Object.entries(content).map(([child, inside]) => entry(child, inside));
    return { readEntries: (done: (entries: unknown[]) => void) => done(rest.splice(0, 3)) };
  };
  return { name, isFile: false, createReader };
}

const drop = (tree: Tree, more: object[] = []) => {
  const items = Object.entries(tree).map(([name, content]) => ({
    kind: 'file',
    webkitGetAsEntry: () => entry(name, content),
  }));
  return { items: [...items, ...more] } as unknown as DataTransfer;
};

test('files and folders, however deep and many, by their paths and in order', async () => {
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${i}.txt`, `${i}\n`]));
  const plain = { kind: 'file', getAsFile: () => new File(['p'], 'plain.txt') };
  const others = [plain, { kind: 'file', webkitGetAsEntry: () => null, getAsFile: () => null }, { kind: 'string' }];
  const files = await droppedFiles(drop({ b: { deep: many, '.DS_Store': 'x', empty: {} }, 'a.txt': 'a' }, others));
  expect(files.map(({ name }) => name)).toEqual([
    'a.txt',
    ...Object.keys(many).map((name) => `b/deep/${name}`),
    'plain.txt',
  ]);
  expect(await collect(readLines(files[3]!))).toEqual(['2']);
});

test('what cannot be read is told with its path', async () => {
  await expect(droppedFiles(drop({ a: { 'b.txt': null } }))).rejects.toMatchObject({
    name: 'DataError',
    message: 'droppedFiles: cannot read a/b.txt',
  });
  for (const wrong of [null, 3, {}]) {
    expect(() => droppedFiles(wrong as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
  }
});
