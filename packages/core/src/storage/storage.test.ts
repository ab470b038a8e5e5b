import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OptionError, UsageError } from '../errors.js';
import { fileStorage } from '../node.js';
import { indexedDBStorage, memoryStorage } from './index.js';
import { verifyStorage } from './verify-storage.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seqloom-storage-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('memoryStorage keeps the laws of storage', () => verifyStorage(memoryStorage()));

describe('fileStorage', () => {
  it('keeps the laws of storage, in a folder that it makes', () => verifyStorage(fileStorage(join(folder, 'a', 'b'))));

  it('what it stores is a file, and no draft stays', async () => {
    const path = join(folder, 'plain');
    await fileStorage(path).write('run 1.safetensors', Uint8Array.of(1));
    expect(await readdir(path)).toEqual(['run 1.safetensors']);
    expect(await fileStorage(path).read('run 1.safetensors')).toEqual(Uint8Array.of(1));
  });

  it('a write that fails leaves no draft and no file', async () => {
    const path = join(folder, 'blocked');
    const storage = fileStorage(path);
    await storage.write('taken', Uint8Array.of(1));
    await rm(join(path, 'taken'));
    await fileStorage(join(path, 'taken')).write('inside', Uint8Array.of(2)); // now a folder has the name
    await expect(storage.write('taken', Uint8Array.of(3))).rejects.toThrow(UsageError);
    expect(await readdir(path)).toEqual(['taken']);
  });

  it('a folder that is a file is reported', async () => {
    await writeFile(join(folder, 'file'), '');
    const storage = fileStorage(join(folder, 'file'));
    await expect(storage.write('x', Uint8Array.of(1))).rejects.toThrow(UsageError);
    await expect(storage.list()).rejects.toThrow(UsageError);
  });
});

it('indexedDBStorage says what to use where there is none', () => {
  expect(() => indexedDBStorage('runs')).toThrow('@seqloom/core/node');
});

it.each(['', '.', '..', '../up', 'a/b', 'a\\b', '.hidden', 'end.', ' x', 'x\0', 'c:x', 'x'.repeat(65), 3 as never])(
  '%j is no name',
  async (name) => {
    for (const storage of [memoryStorage(), fileStorage(folder)]) {
      await expect(storage.read(name)).rejects.toThrow(OptionError);
      await expect(storage.write(name, Uint8Array.of(1))).rejects.toThrow(OptionError);
      await expect(storage.remove(name)).rejects.toThrow(OptionError);
    }
  },
);
