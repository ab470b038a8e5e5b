/** The wasm module and its instances: one per memory. */
import type { RowsExports } from './affine.js';
import type { AttentionExports } from './attention.js';
import type { ChainExports } from './chain.js';
import type { ElementwiseExports } from './elementwise.js';
import { wasm } from './generated/kernels.js';
import type { LayoutExports } from './layout.js';
import type { MatrixExports } from './matrix.js';
import type { KernelMemory } from './memory.js';
import type { OptimizerExports } from './optimizer.js';
import type { ScanExports } from './recurrent/scan.js';
import type { ReductionExports } from './reduction.js';
import type { SegmentExports } from './segment.js';
import type { SoftmaxExports } from './softmax.js';
import { isShared, withSharedMemory } from './threads/shared-memory.js';
import type { Threads } from './threads/threads.js';

/** The kernels, bound to one memory; pass them to the function of the kernel you want. */
export interface Kernels {
  readonly memory: KernelMemory;
  /** What `exports` is an instance of. */
  readonly module: WebAssembly.Module;
  /** The threads that `startThreads` has started, if any. */
  threads?: Threads | undefined;
  readonly exports: AttentionExports &
    ChainExports &
    ElementwiseExports &
    LayoutExports &
    MatrixExports &
    OptimizerExports &
    ReductionExports &
    RowsExports &
    SegmentExports &
    SoftmaxExports &
    ScanExports;
}

let compiled: Promise<WebAssembly.Module> | undefined;
let compiledShared: Promise<WebAssembly.Module> | undefined;

/** Instantiates the kernels over `memory`, in Node, pages and workers; rejects where WebAssembly SIMD is missing. */
export async function loadKernels(memory: KernelMemory): Promise<Kernels> {
  const module = await (isShared(memory.memory) ? moduleForShared() : moduleForOwn());
  const instance = await WebAssembly.instantiate(module, { env: { memory: memory.memory } });
  return { memory, module, exports: instance.exports as unknown as Kernels['exports'] };
}

function moduleForOwn(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(decode(wasm));
  return compiled;
}

function moduleForShared(): Promise<WebAssembly.Module> {
  compiledShared ??= WebAssembly.compile(withSharedMemory(decode(wasm)));
  return compiledShared;
}

/** Whether WebAssembly with 128-bit SIMD runs here; where it does not, `loadKernels` rejects. */
export function supportsSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(simdProbe);
}

/** (module (func (result v128) i32.const 0 i8x16.splat)) */
const simdProbe: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
);

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
