/** Linear chains: the log partition function, forward and backward, and single paths. In float32, and in float64 under names that end in 64. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';

type Sizes = [B: number, T: number, K: number];
type Potentials = [
  initial: number,
  final: number,
  transition: number,
  perStep: boolean,
  emission: number,
  mask: number,
];
type Gradients = [dInitial: number, dFinal: number, dTransition: number, dEmission: number];

interface ExportsOfOnePrecision {
  chainWorkspace(K: number): number;
  chainForward(...parameters: [...Potentials, logZ: number, alphas: number, workspace: number, ...Sizes]): void;
  chainBackward(
    ...parameters: [
      ...potentials: [final: number, transition: number, perStep: boolean, emission: number, mask: number],
      ...forward: [logZ: number, alphas: number, dLogZ: number],
      ...Gradients,
      workspace: number,
      ...Sizes,
    ]
  ): void;
  chainPathScore(...parameters: [...Potentials, labels: number, scores: number, ...Sizes]): number;
  chainPathScoreGradient(
    ...parameters: [perStep: boolean, mask: number, labels: number, dScores: number, ...Gradients, ...Sizes]
  ): void;
  chainBestPathWorkspace(T: number, K: number): number;
  chainBestPath(...parameters: [...Potentials, path: number, workspace: number, ...Sizes]): void;
}

type Precision = '' | '64';
export type ChainExports = ExportsOfOnePrecision & {
  [Name in keyof ExportsOfOnePrecision as `${Name}64`]: ExportsOfOnePrecision[Name];
};

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

/** Pointers to what `chainForward` makes: logZ [B], and alphas of `alphaSize` numbers. */
export interface ChainMessages {
  logZ: number;
  alphas: number;
}

/** Pointers to the gradients of the potentials, each of the shape of its potential. */
export interface PotentialGradients {
  dInitial: number;
  dFinal: number;
  dTransition: number;
  dEmission: number;
}

/** Pointers to dLogZ [B] and to the results. */
export interface ChainGradients extends PotentialGradients {
  dLogZ: number;
}

type Forward = (kernels: Kernels, chain: Chain, messages: ChainMessages) => void;
type Backward = (kernels: Kernels, chain: Chain, messages: ChainMessages, gradients: ChainGradients) => void;
type PathScore = (kernels: Kernels, chain: Chain, path: { labels: number; scores: number }) => number;
type PathScoreGradient = (
  kernels: Kernels,
  chain: Pick<Chain, 'perStep' | 'mask' | 'B' | 'T' | 'K'>,
  path: { labels: number; dScores: number },
  gradients: PotentialGradients,
) => void;
type BestPath = (kernels: Kernels, chain: Chain, path: number) => void;

/** How many floats the forward messages of a batch take. */
export function alphaSize({ B, T, K }: Pick<Chain, 'B' | 'T' | 'K'>): number {
  return 2 * B * T * Math.ceil(K / 4) * 4;
}

/** How many float64 numbers they take there. */
export function alphaSize64({ B, T, K }: Pick<Chain, 'B' | 'T' | 'K'>): number {
  return 2 * B * T * Math.ceil(K / 2) * 2;
}

/** logZ [B]: log Σ exp over all paths through the real steps; 0 for a sequence without one, −∞ where no path is possible. */
export const chainForward: Forward = forwardIn('');
export const chainForward64: Forward = forwardIn('64');

/** The gradients of all potentials, from the messages of `chainForward`; 0 where no path is possible. */
export const chainBackward: Backward = backwardIn('');
export const chainBackward64: Backward = backwardIn('64');

/**
 * scores [B]: the sum of the potentials along each path of labels [B,T] int32, those at masked steps not read; 0 without a real step. Returns the
 * first place (b·T + t) of a real label that is no state, its row's score being NaN, or −1.
 */
export const chainPathScore: PathScore = pathScoreIn('');
export const chainPathScore64: PathScore = pathScoreIn('64');

/** Adds dScores [B] to the gradients of every potential on the paths of labels [B,T] int32; rows with dScores 0 are skipped. */
export const chainPathScoreGradient: PathScoreGradient = pathScoreGradientIn('');
export const chainPathScoreGradient64: PathScoreGradient = pathScoreGradientIn('64');

/** path [B,T] int32: the best through each chain (Viterbi), −1 at masked steps; of equally good ones the lowest state wins, from the end on. */
export const chainBestPath: BestPath = bestPathIn('');
export const chainBestPath64: BestPath = bestPathIn('64');

function forwardIn(precision: Precision): Forward {
  return ({ exports, memory }, chain, { logZ, alphas }) =>
    scope(memory, (allocate) => {
      const workspace = allocate(exports[`chainWorkspace${precision}`](chain.K));
      exports[`chainForward${precision}`](...potentials(chain), logZ, alphas, workspace, ...sizes(chain));
    });
}

function backwardIn(precision: Precision): Backward {
  return ({ exports, memory }, chain, { logZ, alphas }, { dLogZ, ...gradients }) =>
    scope(memory, (allocate) => {
      const workspace = allocate(exports[`chainWorkspace${precision}`](chain.K));
      const [, ...given] = potentials(chain);
      exports[`chainBackward${precision}`](
        ...given,
        ...([logZ, alphas, dLogZ] as const),
        ...places(gradients),
        workspace,
        ...sizes(chain),
      );
    });
}

function pathScoreIn(precision: Precision): PathScore {
  return ({ exports }, chain, { labels, scores }) =>
    exports[`chainPathScore${precision}`](...potentials(chain), labels, scores, ...sizes(chain));
}

function pathScoreGradientIn(precision: Precision): PathScoreGradient {
  return ({ exports }, { perStep, mask, B, T, K }, { labels, dScores }, gradients) =>
    exports[`chainPathScoreGradient${precision}`](perStep, mask, labels, dScores, ...places(gradients), B, T, K);
}

function bestPathIn(precision: Precision): BestPath {
  return ({ exports, memory }, chain, path) =>
    scope(memory, (allocate) => {
      const workspace = allocate(exports[`chainBestPathWorkspace${precision}`](chain.T, chain.K));
      exports[`chainBestPath${precision}`](...potentials(chain), path, workspace, ...sizes(chain));
    });
}

function potentials({ initial, final, transition, perStep, emission, mask }: Chain): Potentials {
  return [initial, final, transition, perStep, emission, mask];
}

function places({ dInitial, dFinal, dTransition, dEmission }: PotentialGradients): Gradients {
  return [dInitial, dFinal, dTransition, dEmission];
}

function sizes({ B, T, K }: Chain): Sizes {
  return [B, T, K];
}
