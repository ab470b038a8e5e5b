/** What each backend could do here. */
import { supportsSimd } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { fusedNames } from './fused.js';
import type { BackendName } from './use-backend.js';

export interface Capabilities {
  /** Whether this machine, browser or worker could run it; its package must be installed as well. */
  available: boolean;
  /** Whether it has started in this process. */
  started: boolean;
  /** Ops that run as one fused kernel there, in the others' place runs their composed form. */
  fused: string[];
  /** Kernels that training wants and that the started backend lacks. */
  missing: string[];
}

/** Asks every backend what it can do, without starting it. */
export async function capabilities(): Promise<Record<BackendName, Capabilities>> {
  const fused = supportsSimd() ? fusedNames() : [];
  const describe = (name: BackendName, available: boolean): Capabilities => {
    const started = name in tf.engine().registry;
    const missing = started ? wanted.filter((kernel) => !tf.getKernel(kernel, name)) : [];
    return { available, started, fused: name === 'cpu' || name === 'wasm' ? fused : [], missing };
  };
  return {
    cpu: describe('cpu', true),
    wasm: describe('wasm', typeof WebAssembly === 'object'),
    webgl: describe('webgl', hasWebGL()),
    webgpu: describe('webgpu', await hasWebGPU()),
  };
}

/** The tfjs kernels behind the ops that Seqloom is built from, and behind their gradients. */
const wanted: readonly string[] = [
  ...[tf.Abs, tf.Add, tf.AddN, tf.All, tf.Any, tf.ArgMax, tf.BatchMatMul, tf.Cast, tf.Concat, tf.Conv2D, tf.Cumsum],
  ...[tf.Conv2DBackpropFilter, tf.Conv2DBackpropInput, tf.Elu, tf.Equal, tf.Erf, tf.Exp, tf.ExpandDims, tf.Expm1],
  ...[
    tf.Fill,
    tf.GatherV2,
    tf.Greater,
    tf.GreaterEqual,
    tf.Identity,
    tf.IsNan,
    tf.Less,
    tf.LessEqual,
    tf.Log,
    tf.Log1p,
  ],
  ...[tf.LogicalAnd, tf.LogicalNot, tf.LogicalOr, tf.Max, tf.Maximum, tf.Mean, tf.Min, tf.Minimum, tf.Multiply, tf.Neg],
  ...[tf.NotEqual, tf.OneHot, tf.OnesLike, tf.Pack, tf.PadV2, tf.Pow, tf.RealDiv, tf.Relu, tf.Reshape, tf.Reverse],
  ...[
    tf.Rsqrt,
    tf.Select,
    tf.Sigmoid,
    tf.Sign,
    tf.Slice,
    tf.Softmax,
    tf.Softplus,
    tf.SplitV,
    tf.Sqrt,
    tf.Square,
    tf.Step,
  ],
  ...[tf.Sub, tf.Sum, tf.Tanh, tf.Tile, tf.TopK, tf.Transpose, tf.Unpack, tf.UnsortedSegmentSum, tf.ZerosLike],
];

function hasWebGL(): boolean {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(1, 1).getContext('webgl2') !== null;
  return typeof document === 'object' && document.createElement('canvas').getContext('webgl2') !== null;
}

async function hasWebGPU(): Promise<boolean> {
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: { requestAdapter(): Promise<unknown> } };
  return gpu !== undefined && (await gpu.requestAdapter()) !== null;
}
