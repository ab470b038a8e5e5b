/** Chains of segments: the log partition function over all ways to cut sequences into labelled segments, forward and backward. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';

type Sizes = [B: number, T: number, L: number, K: number];
type Potentials = [initial: number, final: number, transition: number, segments: number, mask: number];

export interface SegmentChainExports {
  segmentChainWorkspace(T: number, L: number, K: number): number;
  segmentChainForward(
    ...parameters: [...Potentials, logZ: number, messages: number, workspace: number, ...Sizes]
  ): void;
  segmentChainBackward(
    ...parameters: [
      ...Potentials,
      ...[messages: number, dLogZ: number],
      ...[dInitial: number, dFinal: number, dTransition: number, dSegments: number],
      ...[workspace: number, ...Sizes],
    ]
  ): void;
}

/**
 * Pointers to log potentials (−∞ forbids) initial [K], final [K], transition [K,K], segments [B,T,L,K] (by last step, and length − 1 in real steps)
 * and to mask [B,T], one byte each, 1 = real.
 */
export interface SegmentChain {
  initial: number;
  final: number;
  transition: number;
  segments: number;
  mask: number;
  B: number;
  T: number;
  L: number;
  K: number;
}

/** Pointers to what `segmentChainForward` makes: logZ [B], and messages of `segmentMessageSize` floats. */
export interface SegmentChainMessages {
  logZ: number;
  messages: number;
}

/** Pointers to dLogZ [B] and to the gradients of the potentials, each of the shape of its potential. */
export interface SegmentChainGradients {
  dLogZ: number;
  dInitial: number;
  dFinal: number;
  dTransition: number;
  dSegments: number;
}

/** How many floats the messages of a batch take. */
export function segmentMessageSize({ B, T, K }: Pick<SegmentChain, 'B' | 'T' | 'K'>): number {
  return 2 * (2 * B * T * Math.ceil(K / 2) * 2);
}

/** logZ [B]: log Σ exp over all segmentations of the real steps; 0 for a sequence without one, −∞ where none is possible. */
export function segmentChainForward(
  { exports, memory }: Kernels,
  chain: SegmentChain,
  { logZ, messages }: SegmentChainMessages,
): void {
  scope(memory, (allocate) => {
    const workspace = allocate(exports.segmentChainWorkspace(chain.T, chain.L, chain.K));
    exports.segmentChainForward(...potentials(chain), logZ, messages, workspace, ...sizes(chain));
  });
}

/** The gradients of all potentials, from the messages of `segmentChainForward`; 0 where nothing is possible. */
export function segmentChainBackward(
  { exports, memory }: Kernels,
  chain: SegmentChain,
  { messages }: Pick<SegmentChainMessages, 'messages'>,
  { dLogZ, dInitial, dFinal, dTransition, dSegments }: SegmentChainGradients,
): void {
  scope(memory, (allocate) => {
    const workspace = allocate(exports.segmentChainWorkspace(chain.T, chain.L, chain.K));
    const places = [dInitial, dFinal, dTransition, dSegments] as const;
    exports.segmentChainBackward(...potentials(chain), messages, dLogZ, ...places, workspace, ...sizes(chain));
  });
}

function potentials({ initial, final, transition, segments, mask }: SegmentChain): Potentials {
  return [initial, final, transition, segments, mask];
}

function sizes({ B, T, L, K }: SegmentChain): Sizes {
  return [B, T, L, K];
}
