/** Backends: choosing one, what each can do, and fused kernels for them. */
export type { Acceleration } from './accelerate.js';
export { accelerate } from './accelerate.js';
export type { Capabilities } from './capabilities.js';
export { capabilities } from './capabilities.js';
export type { FusedKernel } from './fused.js';
export { registerFused } from './fused.js';
export type { ThreadsOption } from './threads.js';
export { threadCount } from './threads.js';
export type { BackendName, BackendOptions } from './use-backend.js';
export { useBackend } from './use-backend.js';
export type { WasmPaths } from './wasm-paths.js';
export type { Output, Workspace } from './workspace.js';
