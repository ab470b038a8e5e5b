/** @seqloom/core/node: what only Node can do. */
export { fileStorage } from './storage/file-storage.js';
