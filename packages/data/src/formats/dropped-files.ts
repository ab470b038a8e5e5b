/** What a user drops on a page, as files. https://wicg.github.io/entries-api/ */
import { DataError, OptionError, show } from '@seqloom/core/errors';

/** A browser's DataTransfer, of which a program for Node alone need not know the type. */
export interface Drop {
  readonly items: ArrayLike<object>;
}

/**
 * The files of a drop (or a paste), those of folders too, in the order of their names; a file's `name` is its path from what was dropped, such as
 * `treebank/en-train.conllu`. Files whose names begin with a dot, as systems leave them, are left out. To be called in the event itself, before
 * anything is awaited, as browsers forget a drop. Rejects with a DataError when a file or folder cannot be read.
 */
export function droppedFiles(transfer: Drop): Promise<File[]> {
  if (typeof transfer !== 'object' || transfer === null || !('items' in transfer)) {
    const hint = 'pass `event.dataTransfer` of a drop';
    throw new OptionError('droppedFiles', `expected a DataTransfer, got ${show(transfer)}`, { hint });
  }
  const items = Array.from(transfer.items as DataTransferItemList).filter(({ kind }) => kind === 'file');
  const found = items.map((item) => {
    const entry = item.webkitGetAsEntry?.();
    return entry ? filesOf(entry, '') : ([item.getAsFile()].filter((file) => file !== null) as File[]);
  });
  return Promise.all(found).then((lists) => lists.flat().sort(byName));
}

async function filesOf(entry: FileSystemEntry, folder: string): Promise<File[]> {
  if (entry.name.startsWith('.')) return [];
  const path = folder + entry.name;
  try {
    if (entry.isFile) return [await file(entry as FileSystemFileEntry, path)];
    const files: File[] = [];
    for await (const child of children(entry as FileSystemDirectoryEntry)) {
      files.push(...(await filesOf(child, `${path}/`)));
    }
    return files;
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError('droppedFiles', `cannot read ${path}`, { cause });
  }
}

/** The file under its path; its bytes are not copied. */
async function file(entry: FileSystemFileEntry, path: string): Promise<File> {
  const found = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return path === found.name ? found : new File([found], path, { type: found.type, lastModified: found.lastModified });
}

/** A browser gives a folder's entries by the hundred, and then none. */
async function* children(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader();
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    yield* some;
  }
}

function byName(a: File, b: File): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
