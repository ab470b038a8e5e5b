/** The log partition function of linear chains, forward and backward. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';

type Sizes = [B: number, T: number, K: number];

export interface ChainExports {
  chainWorkspace(K: number): number;
  chainForward(
    ...parameters: [
      ...potentials: [initial: number, final: number, transition: number, perStep: boolean, emission: number],
      ...rest: [mask: number, logZ: number, alphas: number, workspace: number],
      ...Sizes,
    ]
  ): void;
  chainBackward(
    ...parameters: [
      ...potentials: [final: number, transition: number, perStep: boolean, emission: number],
      ...forward: [mask: number, logZ: number, alphas: number, dLogZ: number],
      ...gradients: [dInitial: number, dFinal: number, dTransition: number, dEmission: number, workspace: number],
      ...Sizes,
    ]
  ): void;
}

/** Pointers to log potentials (−∞ forbids) initial [K], final [K], emission [B,T,K], and to mask [B,T], one byte each, 1 = real. */
export interface Chain {
  initial: number;
  final: number;
  /** [K,K]; or [B,T−1,K,K] with `perStep`, entry t−1 for the move into step t. */
  transition: number;
  perStep: boolean;
  emission: number;
  mask: number;
  B: number;
  T: number;
  K: number;
}

/** Pointers to what `chainForward` makes: logZ [B], and alphas of `alphaSize` floats. */
export interface ChainMessages {
  logZ: number;
  alphas: number;
}

/** How many floats the forward messages of a batch take. */
export function alphaSize({ B, T, K }: Pick<Chain, 'B' | 'T' | 'K'>): number {
  return B * T * Math.ceil(K / 4) * 4;
}

/** logZ [B]: log Σ exp over all paths through the real steps; 0 for a sequence without one, −∞ where no path is possible. */
export function chainForward({ exports, memory }: Kernels, chain: Chain, { logZ, alphas }: ChainMessages): void {
  const { initial, final, transition, perStep, emission, mask, B, T, K } = chain;
  scope(memory, (allocate) => {
    const workspace = allocate(exports.chainWorkspace(K));
    exports.chainForward(initial, final, transition, perStep, emission, mask, logZ, alphas, workspace, B, T, K);
  });
}

/** Pointers to dLogZ [B] and to the results, each of the shape of its potential. */
export interface ChainGradients {
  dLogZ: number;
  dInitial: number;
  dFinal: number;
  dTransition: number;
  dEmission: number;
}

/** The gradients of all potentials, from the messages of `chainForward`; 0 where no path is possible. */
export function chainBackward(
  { exports, memory }: Kernels,
  chain: Chain,
  { logZ, alphas }: ChainMessages,
  { dLogZ, dInitial, dFinal, dTransition, dEmission }: ChainGradients,
): void {
  const { final, transition, perStep, emission, mask, B, T, K } = chain;
  scope(memory, (allocate) => {
    const workspace = allocate(exports.chainWorkspace(K));
    const results = [dInitial, dFinal, dTransition, dEmission, workspace] as const;
    exports.chainBackward(final, transition, perStep, emission, mask, logZ, alphas, dLogZ, ...results, B, T, K);
  });
}
