/** Kept models in IndexedDB: what the list shows apart from what is heavy, so that listing stays light. */
import type { Kept } from './surroundings.js';

/** What the list shows of a model. */
export interface Entry {
  readonly name: string;
  /** Of its experiment. */
  readonly title: string;
  readonly step: number;
  readonly saved: Date;
}

export class ShelfStore {
  #database: Promise<IDBDatabase> | undefined;

  async list(): Promise<Entry[]> {
    const entries = await this.#in<Entry[]>('readonly', (entries) => entries.getAll());
    return entries.sort((a, b) => b.saved.getTime() - a.saved.getTime());
  }

  get(name: string): Promise<Kept | undefined> {
    return this.#in<Kept | undefined>('readonly', (_, models) => models.get(name));
  }

  /** Both or nothing, in one transaction: what stood under the name before stays when there is no room. */
  async put(entry: Entry, model: Kept): Promise<void> {
    await this.#in('readwrite', (entries, models) => {
      models.put(model, entry.name);
      return entries.put(entry);
    });
  }

  async delete(name: string): Promise<void> {
    await this.#in('readwrite', (entries, models) => {
      models.delete(name);
      return entries.delete(name);
    });
  }

  /** The result of a request, once its whole transaction is done. */
  async #in<T>(
    mode: IDBTransactionMode,
    request: (entries: IDBObjectStore, models: IDBObjectStore) => IDBRequest,
  ): Promise<T> {
    this.#database ??= open();
    const database = await this.#database.catch((error) => {
      this.#database = undefined;
      throw error;
    });
    const transaction = database.transaction(['entries', 'models'], mode, { durability: 'strict' });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser broke it off'));
    });
    const asked = request(transaction.objectStore('entries'), transaction.objectStore('models'));
    await done;
    return asked.result as T;
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('seqloom', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('entries', { keyPath: 'name' });
      request.result.createObjectStore('models');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('another tab holds the storage'));
  });
}
