/** The fused kernels of the chain's questions, over raw memory: forward–backward, scores of paths, Viterbi. */
import { DataError, type FusedKernel, type FusedPair } from '@seqloom/core';
import {
  alphaSize,
  type Chain,
  chainBackward,
  chainBestPath,
  chainForward,
  chainPathScore,
  chainPathScoreGradient,
  floats,
  integers,
  type PotentialGradients,
} from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];
type Output = ReturnType<Workspace['output']>;

/** A chain with the mask as the kernels read it, and its paths. */
export type ChainPart = 'initial' | 'final' | 'transition' | 'emission' | 'mask';
export type PathPart = ChainPart | 'labels';

const potentialNames = ['initial', 'final', 'transition', 'emission'] as const;

/** Workspace: the forward messages. */
export const logPartitionKernels: FusedPair<ChainPart> = {
  forward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const [logZ, alphas] = [workspace.output([chain.B]), workspace.output([alphaSize(chain)])];
    chainForward(workspace.kernels, chain, { logZ: logZ.pointer, alphas: alphas.pointer });
    return [logZ, alphas];
  },
  backward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const { made, gradients } = gradientsOf(tensors, workspace);
    const messages = { logZ: workspace.input(tensors.out0!), alphas: workspace.input(tensors.out1!) };
    chainBackward(workspace.kernels, chain, messages, { dLogZ: workspace.input(tensors.dy0!), ...gradients });
    return made;
  },
  differentiable: potentialNames,
};

export const pathScoreKernels: FusedPair<PathPart> = {
  forward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const scores = workspace.output([chain.B]);
    scorePaths(tensors, workspace, chain, scores);
    return scores;
  },
  backward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const { made, gradients } = gradientsOf(tensors, workspace);
    for (const { pointer, shape } of made) {
      floats(workspace.kernels.memory, pointer, tf.util.sizeFromShape(shape)).fill(0);
    }
    const dScores = whereFinite(tensors, workspace, 1);
    chainPathScoreGradient(workspace.kernels, chain, { labels: workspace.input(tensors.labels!), dScores }, gradients);
    return made;
  },
  differentiable: potentialNames,
};

/** Workspaces: logZ, and the forward messages. */
export const logProbabilityKernels: FusedPair<PathPart> = {
  forward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const { B } = chain;
    const [scores, logZ, alphas] = [[B], [B], [alphaSize(chain)]].map((shape) => workspace.output(shape)) as Three;
    scorePaths(tensors, workspace, chain, scores);
    chainForward(workspace.kernels, chain, { logZ: logZ.pointer, alphas: alphas.pointer });
    const [values, totals] = [scores, logZ].map(({ pointer }) => floats(workspace.kernels.memory, pointer, B)) as Two;
    for (let b = 0; b < B; b++) if (values[b] !== -Infinity) values[b]! -= totals[b]!;
    return [scores, logZ, alphas];
  },
  backward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const { made, gradients } = gradientsOf(tensors, workspace);
    const messages = { logZ: workspace.input(tensors.out1!), alphas: workspace.input(tensors.out2!) };
    const [dScores, dLogZ] = [whereFinite(tensors, workspace, 1), whereFinite(tensors, workspace, -1)];
    chainBackward(workspace.kernels, chain, messages, { dLogZ, ...gradients });
    chainPathScoreGradient(workspace.kernels, chain, { labels: workspace.input(tensors.labels!), dScores }, gradients);
    return made;
  },
  differentiable: potentialNames,
};

export const bestPathKernels: FusedPair<ChainPart> = {
  forward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const path = workspace.output([chain.B, chain.T], 'int32');
    chainBestPath(workspace.kernels, chain, path.pointer);
    return path;
  },
};

type Two = [Float32Array, Float32Array];
type Three = [Output, Output, Output];

function pointers({ initial, final, transition, emission, mask }: Inputs, { input }: Workspace): Chain {
  const [B, T, K] = emission!.shape as [number, number, number];
  return {
    initial: input(initial!),
    final: input(final!),
    transition: input(transition!),
    perStep: transition!.shape.length === 4,
    emission: input(emission!),
    mask: input(mask!),
    ...{ B, T, K },
  };
}

function gradientsOf(tensors: Inputs, workspace: Workspace): { made: Output[]; gradients: PotentialGradients } {
  const made = potentialNames.map((name) => workspace.output([...tensors[name]!.shape]));
  const [dInitial, dFinal, dTransition, dEmission] = made.map(({ pointer }) => pointer) as [
    number,
    number,
    number,
    number,
  ];
  return { made, gradients: { dInitial, dFinal, dTransition, dEmission } };
}

/** Throws a DataError on a label that is no state. */
function scorePaths({ labels }: Inputs, workspace: Workspace, chain: Chain, scores: Output): void {
  const path = { labels: workspace.input(labels!), scores: scores.pointer };
  const wrong = chainPathScore(workspace.kernels, chain, path);
  if (wrong < 0) return;
  const label = integers(workspace.kernels.memory, path.labels, chain.B * chain.T)[wrong];
  throw noState(label!, wrong, chain);
}

/** `place` is sequence·T + step. */
function noState(label: number, place: number, { T, K }: Pick<Chain, 'T' | 'K'>): DataError {
  const problem = `label ${label} at sequence ${Math.floor(place / T)}, step ${place % T} is out of range`;
  return new DataError('LinearChain.score', problem, { hint: `labels are whole numbers from 0 to ${K - 1}` });
}

/** dy0·sign, and 0 where out0 is −∞: what is impossible passes no gradient. */
function whereFinite({ out0, dy0 }: Inputs, workspace: Workspace, sign: 1 | -1): number {
  const B = out0!.shape[0]!;
  const [values, slopes] = [workspace.input(out0!), workspace.input(dy0!)];
  const pointer = workspace.scratch(4 * B);
  const { memory } = workspace.kernels;
  const [value, slope] = [floats(memory, values, B), floats(memory, slopes, B)];
  floats(memory, pointer, B).set(slope.map((dy, b) => (value[b] === -Infinity ? 0 : sign * dy)));
  return pointer;
}
