/** A folder with data files, wherever it lies: on disk, in the browser, or as files that someone dropped. */
import { OptionError, show } from '@seqloom/core/errors';
import type { ByteSource } from '../formats/byte-chunks.js';

/** A place that files are read from; in Node, `localFolder(path)` from @seqloom/data/node. */
export interface Folder {
  /** The file at a path like `ner/wnut17/emerging.dev.conll`; undefined when there is none. */
  read(path: string): Promise<ByteSource | undefined>;
}

/** A folder, a directory of the File System API, or the files of a directory input or of a drop. */
export type FolderSource = Folder | FileSystemDirectoryHandle | readonly File[];

/** The folder that `source` stands for. Throws OptionError when it is none. */
export function folderOf(where: string, source: FolderSource): Folder {
  if (Array.isArray(source)) return { read: async (path) => fileAt(source, path) };
  if (typeof source === 'object' && source !== null) {
    if ('read' in source && typeof source.read === 'function') return source as Folder;
    if ('getFileHandle' in source) return { read: (path) => handleAt(source, path) };
  }
  throw new OptionError(where, `\`folder\` is no folder: ${show(source)}`, {
    hint: 'pass a directory handle, an array of File, or in Node localFolder(path) from @seqloom/data/node',
  });
}

/** The file with that path or with a path that ends so; else the only one with that name. */
function fileAt(files: readonly File[], path: string): File | undefined {
  const pathOf = (file: File) => `/${file.webkitRelativePath || file.name}`; // dropped files have paths as names
  const named = files.filter((file) => pathOf(file).endsWith(path.slice(path.lastIndexOf('/'))));
  return named.find((file) => pathOf(file).endsWith(`/${path}`)) ?? (named.length === 1 ? named[0] : undefined);
}

async function handleAt(root: FileSystemDirectoryHandle, path: string): Promise<File | undefined> {
  const folders = path.split('/');
  const name = folders.pop()!;
  try {
    let folder = root;
    for (const next of folders) folder = await folder.getDirectoryHandle(next);
    return await (await folder.getFileHandle(name)).getFile();
  } catch (cause) {
    if ((cause as DOMException).name === 'NotFoundError') return undefined;
    throw cause;
  }
}
