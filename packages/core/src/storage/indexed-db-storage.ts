/** Storage in the browser that outlasts the page. */
import { createStore, del, get, keys, set } from 'idb-keyval';
import { UsageError } from '../errors.js';
import { type Storage, storageName } from './storage.js';

const where = 'indexedDBStorage';

/** A storage in the IndexedDB database of that name, which pages and workers of one origin share. Throws a UsageError when the browser has no room. */
export function indexedDBStorage(databaseName: string): Storage {
  if (typeof indexedDB === 'undefined') {
    throw new UsageError(where, 'there is no IndexedDB here', {
      hint: 'in Node use fileStorage of @seqloom/core/node; memoryStorage works anywhere',
    });
  }
  const store = createStore(storageName(where, databaseName), 'files');
  return {
    read: async (name) => get<Uint8Array>(storageName(where, name), store).catch(failed(`cannot read '${name}'`)),
    // A copy, because a view would take its whole buffer along.
    write: async (name, bytes) =>
      set(storageName(where, name), bytes.slice(), store).catch(failed(`cannot write '${name}'`)),
    list: async () => (await keys<string>(store).catch(failed('cannot list the names'))).sort(),
    remove: async (name) => del(storageName(where, name), store).catch(failed(`cannot remove '${name}'`)),
  };
}

/** A transaction that fails leaves the database as it was. */
function failed(problem: string): (cause: unknown) => never {
  return (cause) => {
    const full = (cause as { name?: string } | null)?.name === 'QuotaExceededError';
    if (!full) throw new UsageError(where, `${problem}: ${cause}`, { cause });
    throw new UsageError(where, `${problem}: the browser's storage is full`, {
      hint: 'remove old checkpoints; what was stored under this name is still there',
      cause,
    });
  };
}
