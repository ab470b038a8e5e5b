/** Storage that lasts as long as the program. */
import { type Storage, storageName } from './storage.js';

/** A storage in memory; it copies what it gets and gives. */
export function memoryStorage(): Storage {
  const files = new Map<string, Uint8Array>();
  const checked = (name: string) => storageName('memoryStorage', name);
  return {
    read: async (name) => files.get(checked(name))?.slice(),
    write: async (name, bytes) => void files.set(checked(name), bytes.slice()),
    list: async () => [...files.keys()].sort(),
    remove: async (name) => void files.delete(checked(name)),
  };
}
