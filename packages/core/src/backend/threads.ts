/** Threads for the kernels: how many, over a heap of tfjs that they can share, and what happens where that cannot be. */
import { canShareMemory, isNode, isShared, startThreads, withSharedMemory } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { count } from '../options.js';
import { kernelsOf } from './fused.js';

/**
 * How many threads compute, the caller's among them; 'auto' takes the machine's cores, four at most, where memory can be shared. In a
 * browser it leaves one core to the page, which has to draw meanwhile.
 */
export type ThreadsOption = number | 'auto';

/** More would find too few rows of a batch to work on. */
const mostAutomatic = 4;

/** The number that an option stands for; 'auto' is 1 where threads cannot share memory. */
export function threadsWanted(where: string, option: ThreadsOption): number {
  if (option !== 'auto') return count(where, 'threads', option);
  if (!canShareMemory()) return 1;
  return Math.max(1, Math.min(isNode() ? cores() : cores() - 1, mostAutomatic));
}

function cores(): number {
  const { hardwareConcurrency } = (globalThis.navigator ?? {}) as { hardwareConcurrency?: number };
  return hardwareConcurrency ?? process.getBuiltinModule('node:os').availableParallelism();
}

/**
 * A URL of tfjs' wasm backend over memory that threads can share: the same code, since plain loads and stores may be used on it.
 * Undefined where memory cannot be shared, or a content security policy forbids such URLs (for which tfjs would wait forever).
 */
export async function sharedHeap(url: string | undefined): Promise<string | undefined> {
  if (!canShareMemory()) return undefined;
  try {
    const binary = withSharedMemory(url === undefined ? readInNode() : await read(url));
    if (!WebAssembly.validate(binary)) return undefined;
    const shared = URL.createObjectURL(new Blob([binary], { type: 'application/wasm' }));
    await read(shared);
    return shared;
  } catch {
    return undefined; // tfjs then starts as always
  }
}

async function read(url: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

function readInNode(): Uint8Array<ArrayBuffer> {
  const { createRequire } = process.getBuiltinModule('node:module');
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const file = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';
  return Uint8Array.from(readFileSync(createRequire(import.meta.url).resolve(file)));
}

/**
 * Gives a backend's kernels so many threads. A number that cannot be had here is said once on the console, and one thread works;
 * UsageError where another number of threads when the backend started would have made it possible.
 */
export async function useThreads(where: string, backend: tf.KernelBackend, option: ThreadsOption): Promise<void> {
  const kernels = kernelsOf(backend);
  const wanted = threadsWanted(where, option);
  if (kernels && wanted === (kernels.threads?.count ?? 1)) return;
  const onLoss = (problem: string) => sayOnce(`${where}: ${problem}; fewer threads go on`);
  if (kernels && (await startThreads(kernels, { count: wanted, onLoss }))) return;
  if (option === 'auto') return;
  if (kernels && canShareMemory() && !isShared(kernels.memory.memory)) {
    const hint = 'name `threads` in the first call of useBackend, or reload';
    throw new UsageError(where, 'the backend has started with one thread, in memory that it cannot share', { hint });
  }
  sayOnce(`${where}: ${wanted} threads cannot be had here, one works (a page must be cross-origin isolated)`);
}

/** How many threads the kernels of the current backend use, the caller's among them. */
export function threadCount(): number {
  return kernelsOf(tf.backend())?.threads?.count ?? 1;
}

const said = new Set<string>();

function sayOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(message);
}
