/** State spaces of N numbers for each channel, whose states are never all in memory. */
import type { Kernels } from '../load.js';
import { integers, scope } from '../memory.js';

export interface StateSpaceExports {
  stateSpaceForward(call: number): void;
  stateSpaceBackward(call: number): void;
  stateSpaceKept(time: number): number;
  stateSpaceWorkspace(call: number): number;
}

/** B sequences of T steps of D channels with N modes each. */
export interface StateSpaceShape {
  /** 'diagonal': h' = λ⊙h + x over complex numbers, y = Re Σ C·h'; 'selective': h' = e^(Δ·A)⊙h + Δ·x⊗B, y = Σ h'·C. */
  kind: 'diagonal' | 'selective';
  batch: number;
  time: number;
  channels: number;
  modes: number;
}

/** Pointers to what both directions read; `mask` [B,T] bytes, 1 = real, or 0 for all; `initial` [B,N,D], or [B,2,N,D] where it is complex. */
export interface StateSpaceInputs {
  /** [B,T,D] */
  x: number;
  /** λ [2,N,D], or A [N,D] */
  rates: number;
  /** C: [2,N,D], or [B,T,N] */
  output: number;
  /** Δ [B,T,D], for the selective kind. */
  steps?: number;
  /** B [B,T,N], for the selective kind. */
  input?: number;
  mask: number;
  initial: number;
}

/** Pointers to y [B,T,D], 0 at masked steps, the last state, and, for the way back, `stateSpaceKept` states of each sequence. */
export interface StateSpaceOutputs {
  y: number;
  final: number;
  kept?: number;
}

/** Pointers to gradients in the shapes of what they belong to; dState holds that of the last state and ends as that of `initial`. */
export interface StateSpaceGradients {
  dX: number;
  dRates: number;
  dOutput: number;
  dSteps?: number;
  dInput?: number;
  dState: number;
}

/** How many states the way there keeps of a sequence of `time` steps. */
export function stateSpaceKept({ exports }: Kernels, time: number): number {
  return exports.stateSpaceKept(time);
}

export function stateSpaceForward(
  kernels: Kernels,
  shape: StateSpaceShape,
  pointers: StateSpaceInputs & StateSpaceOutputs,
): void {
  scope(kernels.memory, (allocate) => kernels.exports.stateSpaceForward(write(kernels, allocate, shape, pointers)));
}

export function stateSpaceBackward(
  kernels: Kernels,
  shape: StateSpaceShape,
  pointers: StateSpaceInputs & { kept: number; dY: number } & StateSpaceGradients,
): void {
  const { exports, memory } = kernels;
  scope(memory, (allocate) => {
    const bytes = exports.stateSpaceWorkspace(write(kernels, allocate, shape, pointers));
    exports.stateSpaceBackward(write(kernels, allocate, shape, { ...pointers, workspace: allocate(bytes) }));
  });
}

/** The order of the fields after the shape, as assembly/scan/state-space.ts reads them. */
const fields = [
  ...(['x', 'rates', 'output', 'steps', 'input', 'mask', 'initial'] as const),
  ...(['y', 'final', 'kept'] as const),
  ...(['dY', 'dState', 'dX', 'dRates', 'dOutput', 'dSteps', 'dInput', 'workspace'] as const),
];

function write(
  kernels: Kernels,
  allocate: (bytes: number) => number,
  { kind, batch, time, channels, modes }: StateSpaceShape,
  pointers: Partial<Record<(typeof fields)[number], number>>,
): number {
  const numbers = [Number(kind === 'selective'), batch, time, channels, modes];
  for (const field of fields) numbers.push(pointers[field] ?? 0);
  const call = allocate(4 * numbers.length);
  integers(kernels.memory, call, numbers.length).set(numbers);
  return call;
}
