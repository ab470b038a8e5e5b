/** The wasm module and its instances: one per memory. */
import type { ActivationExports } from './activation.js';
import type { RowsExports } from './affine.js';
import type { AttentionExports } from './attention.js';
import type { ChainExports } from './chain.js';
import type { ChunkedAttentionExports } from './chunked-attention.js';
import type { CTCExports } from './ctc.js';
import type { DropoutExports } from './dropout.js';
import type { ElementwiseExports } from './elementwise.js';
import type { FeatureExports } from './feature-crf.js';
import { supportsFusedMultiplyAdd, withFusedMultiplyAdd } from './fused-multiply-add.js';
import { wasm } from './generated/kernels.js';
import type { HMMExports } from './hmm.js';
import type { HMMEmissionExports } from './hmm-emissions.js';
import type { LayoutExports } from './layout.js';
import type { MatrixExports } from './matrix.js';
import type { KernelMemory } from './memory.js';
import type { NormalizationExports } from './normalization.js';
import type { OptimizerExports } from './optimizer.js';
import type { ScanExports } from './recurrent/scan.js';
import type { ReductionExports } from './reduction.js';
import type { RotationExports } from './rotation.js';
import type { DepthwiseScanExports } from './scan/depthwise-scan.js';
import type { GatedScanExports } from './scan/gated-scan.js';
import type { LinearScanExports } from './scan/linear-scan.js';
import type { StateSpaceExports } from './scan/state-space.js';
import type { SegmentExports } from './segment.js';
import type { SegmentChainExports } from './segment-chain.js';
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
  readonly exports: ActivationExports &
    AttentionExports &
    ChainExports &
    ChunkedAttentionExports &
    CTCExports &
    DropoutExports &
    ElementwiseExports &
    FeatureExports &
    DepthwiseScanExports &
    GatedScanExports &
    HMMEmissionExports &
    HMMExports &
    LayoutExports &
    LinearScanExports &
    StateSpaceExports &
    MatrixExports &
    NormalizationExports &
    OptimizerExports &
    ReductionExports &
    RotationExports &
    RowsExports &
    SegmentChainExports &
    SegmentExports &
    SoftmaxExports &
    ScanExports;
}

/** By memory of one's own or shared memory, and whether multiplication and addition are one instruction. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();
const compiledAtOnce = new Map<boolean, WebAssembly.Module>();

export interface LoadOptions {
  /** False: products and sums are rounded as everywhere, even where one instruction could do both, faster. */
  fuseMultiplyAdd?: boolean;
}

/** Instantiates the kernels over `memory`, in Node, pages and workers; rejects where WebAssembly SIMD is missing. */
export async function loadKernels(
  memory: KernelMemory,
  { fuseMultiplyAdd = true }: LoadOptions = {},
): Promise<Kernels> {
  const module = await moduleFor(isShared(memory.memory), fuseMultiplyAdd && supportsFusedMultiplyAdd());
  const instance = await WebAssembly.instantiate(module, { env: { memory: memory.memory } });
  return { memory, module, exports: instance.exports as unknown as Kernels['exports'] };
}

/**
 * The same at once, for callers that cannot wait; compiling blocks for some ten milliseconds, the first time. Never with fused
 * multiply–add, so that float64 results are the same everywhere. Throws where WebAssembly SIMD is missing.
 */
export function loadKernelsSync(memory: KernelMemory): Kernels {
  const shared = isShared(memory.memory);
  let module = compiledAtOnce.get(shared);
  if (!module) {
    module = new WebAssembly.Module(binaryFor(shared, false));
    compiledAtOnce.set(shared, module);
  }
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
  return { memory, module, exports: instance.exports as unknown as Kernels['exports'] };
}

function moduleFor(shared: boolean, fused: boolean): Promise<WebAssembly.Module> {
  const key = `${shared} ${fused}`;
  let module = compiled.get(key);
  if (!module) {
    module = WebAssembly.compile(binaryFor(shared, fused));
    compiled.set(key, module);
  }
  return module;
}

function binaryFor(shared: boolean, fused: boolean): Uint8Array<ArrayBuffer> {
  const binary = fused ? withFusedMultiplyAdd(decode(wasm)) : decode(wasm);
  return shared ? withSharedMemory(binary) : binary;
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
