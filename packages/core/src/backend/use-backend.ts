/** One call that makes tfjs ready: gradients, backend package, .wasm paths, missing kernels and fused ones. */
import * as tf from '@tensorflow/tfjs-core';
import { KernelError, OptionError, SeqError } from '../errors.js';
import { knownOptions, oneOf } from '../options.js';
import { registerGradients } from './gradients.js';
import { installKernels } from './install-kernels.js';
import { sharedHeap, type ThreadsOption, threadsWanted, useThreads } from './threads.js';
import { findWasm, sameForAll, type WasmPaths } from './wasm-paths.js';

export type BackendName = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

export interface BackendOptions {
  /** Pages only: the folder that serves tfjs' .wasm files, or the URL of each; bundlers find them without this. */
  wasmPaths?: string | Partial<WasmPaths>;
  /** How many threads compute on cpu and wasm; chosen when the backend starts, 'auto' unless told. Results do not depend on it. */
  threads?: ThreadsOption;
}

const where = 'useBackend';
const usualThreads: ThreadsOption = 'auto';
const names: readonly BackendName[] = ['cpu', 'wasm', 'webgl', 'webgpu'];

/**
 * Sequence models are made of many small steps, and there launching a GPU program costs more than the arithmetic: wasm comes
 * first, plain JavaScript last. For wide models ask for 'webgl' or 'webgpu' by name.
 */
const automatic: readonly BackendName[] = ['wasm', 'webgl', 'cpu'];

let queue: Promise<unknown> = Promise.resolve();

/**
 * Makes `name` the backend of every following op and returns its name; 'auto' takes the first of wasm, webgl and cpu that works.
 * Throws a KernelError when the backend is not available; the previous one then stays.
 */
export function useBackend(name: BackendName | 'auto' = 'auto', options: BackendOptions = {}): Promise<BackendName> {
  const turn = queue.then(() => select(name, options));
  queue = turn.catch(() => {});
  return turn;
}

async function select(name: BackendName | 'auto', options: BackendOptions): Promise<BackendName> {
  oneOf(where, 'name', name, ['auto', ...names]);
  knownOptions(where, options, ['wasmPaths', 'threads']);
  if (options.threads !== undefined) threadsWanted(where, options.threads);
  registerGradients();
  if (name !== 'auto') return activate(name, options);
  const failures: string[] = [];
  for (const candidate of automatic) {
    try {
      return await activate(candidate, options);
    } catch (error) {
      if (!(error instanceof SeqError) || error instanceof OptionError) throw error;
      failures.push(error.message);
    }
  }
  throw new KernelError(where, `no backend is available\n  ${failures.join('\n  ')}`);
}

async function activate(name: BackendName, options: BackendOptions): Promise<BackendName> {
  await importBackend(name);
  const starts = !initialised(name);
  const threads = options.threads ?? (starts ? usualThreads : undefined);
  if (name === 'wasm' && starts) await prepareWasm(options);
  const previous = tf.getBackend();
  if (!tf.findBackendFactory(name) || !(await tf.setBackend(name))) {
    await restore(previous);
    throw new KernelError(where, `backend '${name}' could not start here`, { hint: hints[name] });
  }
  if (name === 'cpu') Object.assign(tf.backend(), { firstUse: false }); // no advertisement for tfjs-node on the console
  await installKernels(name, tf.backend());
  if (threads !== undefined && (name === 'cpu' || name === 'wasm')) await useThreads(where, tf.backend(), threads);
  return name;
}

async function restore(previous: string | undefined): Promise<void> {
  if (previous) await tf.setBackend(previous);
  else tf.engine().backendName = previous as never; // so that tfjs chooses again
}

const hints: Record<BackendName, string> = {
  cpu: 'this should always work: please report it',
  wasm: 'WebAssembly may be switched off, or the .wasm files not served: see the option `wasmPaths`; reload before trying again',
  webgl: "it needs a browser with WebGL; use 'wasm' or 'cpu' in Node",
  webgpu: "it needs a browser with WebGPU and a secure context; use 'webgl' or 'wasm'",
};

const packages: Record<BackendName, () => Promise<unknown>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

/** Loads the package, which registers its kernels and a factory for the backend. */
async function importBackend(name: BackendName): Promise<void> {
  try {
    await packages[name]();
  } catch (cause) {
    const hint = `npm install @tensorflow/tfjs-backend-${name}@${tf.version_core}`;
    throw new KernelError(where, `the package of backend '${name}' cannot be loaded`, { hint, cause });
  }
}

function initialised(name: BackendName): boolean {
  return name in tf.engine().registry;
}

/** tfjs reads these once, when the backend starts. */
async function prepareWasm({ wasmPaths, threads = usualThreads }: BackendOptions): Promise<void> {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const hasSimd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  const paths = tf.env().get('IS_NODE') ? undefined : await findWasm(wasmPaths, hasSimd);
  const shares = hasSimd && threadsWanted(where, threads) > 1;
  const shared = shares ? await sharedHeap(paths?.['tfjs-backend-wasm-simd.wasm']) : undefined;
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (shared) setWasmPaths(sameForAll(shared), true);
  else if (paths) setWasmPaths(paths);
}
