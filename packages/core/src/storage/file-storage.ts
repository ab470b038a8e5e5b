/** Storage in a folder, for Node. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { type Storage, storageName } from './storage.js';

const where = 'fileStorage';

/** A storage whose names are files in `folder`, which is made when needed. A write replaces the whole file at once or not at all. */
export function fileStorage(folder: string): Storage {
  const path = (name: string) => join(folder, storageName(where, name));
  return {
    read: async (name) => readFile(path(name)).then(toBytes, absent(undefined, `cannot read ${path(name)}`)),
    write: async (name, bytes) => replace(folder, path(name), bytes).catch(failed(`cannot write ${path(name)}`)),
    list: async () => (await readdir(folder).catch(absent([], `cannot list ${folder}`))).filter(visible).sort(),
    remove: async (name) => rm(path(name), { force: true }).catch(failed(`cannot remove ${path(name)}`)),
  };
}

/** Writes beside the file and renames, so that a crash leaves the old file or the new one. */
async function replace(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.${randomUUID()}.draft`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function visible(name: string): boolean {
  return !name.startsWith('.');
}

/** Small files come as views of a shared pool: give the caller bytes of its own. */
function toBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

/** Answers `fallback` when there is no such file or folder. */
function absent<T>(fallback: T, problem: string): (cause: NodeJS.ErrnoException) => T {
  return (cause) => {
    if (cause.code === 'ENOENT') return fallback;
    return failed(problem)(cause);
  };
}

function failed(problem: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const hint = cause.code === 'ENOSPC' ? 'the disk is full; the old file is still there' : undefined;
    throw new UsageError(where, `${problem}: ${cause.message}`, { hint, cause });
  };
}
