/** Where downloaded files are kept, by contract, and the two places that need no Node. */

/** Bytes under names of letters, digits, `-`, `_` and `.`; a storage of @seqloom/core is one too. */
export interface FileCache {
  /** The bytes, or undefined when nothing has that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Creates or replaces, as a whole or not at all. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Does nothing when nothing has that name. */
  remove(name: string): Promise<void>;
}

/** A cache that lasts as long as the program. */
export function memoryCache(): FileCache {
  const files = new Map<string, Uint8Array>();
  return {
    read: async (name) => files.get(name),
    write: async (name, bytes) => void files.set(name, bytes),
    remove: async (name) => void files.delete(name),
  };
}

/** A cache in the browser's private file system, in a folder of this page's origin. https://fs.spec.whatwg.org */
export function browserCache(folder = 'seqloom'): FileCache {
  const directory = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
  return {
    async read(name) {
      const handle = await (await directory()).getFileHandle(name).catch(unlessMissing);
      return handle && new Uint8Array(await (await handle.getFile()).arrayBuffer());
    },
    async write(name, bytes) {
      const handle = await (await directory()).getFileHandle(name, { create: true });
      const file = await handle.createWritable(); // writes beside the file, which is replaced by close()
      try {
        await file.write(bytes as Uint8Array<ArrayBuffer>);
        await file.close();
      } catch (cause) {
        await file.abort().catch(() => {});
        throw cause;
      }
    },
    remove: async (name) => (await directory()).removeEntry(name).catch(unlessMissing),
  };
}

const pageCache = memoryCache();

/** The browser's private file system where there is one and the page may use it (a sandboxed frame may not), else memory. */
export async function defaultCache(): Promise<FileCache> {
  const root = await globalThis.navigator?.storage?.getDirectory?.().catch(() => undefined);
  return root ? browserCache() : pageCache;
}

function unlessMissing(cause: DOMException): undefined {
  if (cause.name !== 'NotFoundError') throw cause;
}
