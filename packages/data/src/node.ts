/** @seqloom/data/node: files on disk, for Node only. */
import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError } from '@seqloom/core/errors';
import { fileStorage } from '@seqloom/core/node';
import type { FileCache } from './datasets/file-cache.js';
import type { Folder } from './datasets/folder.js';

/** A file as a source of text, plain or gzip; it is opened anew at each iteration. */
export interface TextFile extends AsyncIterable<Uint8Array> {
  readonly name: string;
  readonly path: string;
}

/** The files of a treebank folder. */
export interface TreebankFiles {
  readonly train: TextFile;
  readonly dev: TextFile;
  readonly test: TextFile;
}

/** The file at `path`, which is read when it is iterated. Throws DataError then when it cannot be read. */
export function textFile(path: string | URL): TextFile {
  const place = path instanceof URL ? fileURLToPath(path) : path;
  return { name: basename(place), path: place, [Symbol.asyncIterator]: () => bytesOf(place) };
}

/** A folder on disk for `loadDataset(name, { folder })`: a file that is not there is undefined. */
export function localFolder(path: string | URL): Folder {
  const place = path instanceof URL ? fileURLToPath(path) : path;
  return {
    async read(file) {
      const found = join(place, file);
      return existsSync(found) ? textFile(found) : undefined;
    },
  };
}

/** A cache for `loadDataset(name, { cache })`: files in a folder, `seqloom` in `$XDG_CACHE_HOME` or `~/.cache` unless told; several programs may share it. */
export function folderCache(
  path: string | URL = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'seqloom'),
): FileCache {
  return fileStorage(path instanceof URL ? fileURLToPath(path) : path);
}

/** The `…-train`, `…-dev` and `…-test` `.conllu` or `.conllu.gz` files of a folder. Throws DataError when the folder cannot be read or one of them is missing or not the only one. */
export async function treebankFiles(folder: string | URL): Promise<TreebankFiles> {
  const place = folder instanceof URL ? fileURLToPath(folder) : folder;
  const names = await readdir(place).catch((cause: unknown) => {
    throw unreadable('treebankFiles', place, cause);
  });
  const find = (part: keyof TreebankFiles) => {
    const found = names.filter((name) => new RegExp(`(^|[-_.])${part}\\.conllu(\\.gz)?$`).test(name));
    if (found.length === 1) return textFile(join(place, found[0]!));
    throw new DataError(
      'treebankFiles',
      `expected one *-${part}.conllu or *-${part}.conllu.gz in ${place}, found ${found.length}`,
    );
  };
  return { train: find('train'), dev: find('dev'), test: find('test') };
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    throw unreadable('textFile', path, cause);
  }
}

function unreadable(where: string, path: string, cause: unknown): DataError {
  const code = (cause as NodeJS.ErrnoException).code;
  const problem = code === 'ENOENT' ? 'there is no' : 'cannot read';
  return new DataError(where, `${problem} ${path}`, { hint: code === 'ENOENT' ? 'check the path' : code, cause });
}
