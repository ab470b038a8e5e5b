/** Backends: choosing one, and what each can do. */
export type { BackendName, BackendOptions } from './use-backend.js';
export { useBackend } from './use-backend.js';
