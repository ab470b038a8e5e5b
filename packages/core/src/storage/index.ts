/** Storage: where checkpoints live. */

export { memoryStorage } from './memory-storage.js';
export type { Storage } from './storage.js';
