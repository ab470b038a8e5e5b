/** Storage: where checkpoints live. */

export { indexedDBStorage } from './indexed-db-storage.js';
export { memoryStorage } from './memory-storage.js';
export type { Storage } from './storage.js';
