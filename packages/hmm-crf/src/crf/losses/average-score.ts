/** The mean of the scores of all possible paths as an op: each potential times the share of the paths that it lies on. */
import { asMask, defineOp, detach, type FusedPair, type Op, type Tensors } from '@seqloom/core';
import { alphaSize, type Chain, chainBackward, chainForward, floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPart } from '../../chain/chain-kernels.js';
import type { ChainPotentials } from '../../chain/chain-potentials.js';
import { impossible } from '../../chain/impossible.js';
import { LinearChain } from '../../chain/linear-chain.js';

type Parts = Parameters<FusedPair<ChainPart>['forward']>[0];
type Workspace = Parameters<FusedPair<ChainPart>['forward']>[2];

const names = ['initial', 'final', 'transition', 'emission'] as const;

/** Shares are the gradients of the log partition of a chain with nothing but 0 and −∞: so the kernels of chains find them, and in one go for the way back. */
const kernels: FusedPair<ChainPart> = {
  forward(parts, _, workspace) {
    const { output } = workspace;
    const flat = flatChain(parts, workspace);
    const { B, T, K } = flat;
    const means = output([B]);
    const matrices = flat.perStep ? 4 * (T - 1) * K * K : 0;
    const given = names.map((name) => workspace.input(parts[name]!));
    const sizes = [K, K, flat.perStep ? (T - 1) * K * K : K * K, T * K];
    const shares = sizes.map((size) => workspace.scratch(4 * size));
    const messages = messagesFor({ ...flat, B: 1 }, workspace);
    const one = numbers(workspace, 1, [1]);
    for (let b = 0; b < B; b++) {
      const offsets = [0, 0, b * matrices, 4 * b * T * K];
      const own = {
        ...flat,
        B: 1,
        mask: flat.mask + b * T,
        transition: flat.transition + offsets[2]!,
        emission: flat.emission + offsets[3]!,
      };
      differentiate(workspace, own, messages, one, shares);
      const terms = sizes.map((size, i) => dot(workspace, shares[i]!, given[i]! + offsets[i]!, size));
      floats(workspace.kernels.memory, means.pointer, B)[b] = terms.reduce((sum, term) => sum + term, 0);
    }
    return means;
  },
  backward(parts, _, workspace) {
    const flat = flatChain(parts, workspace);
    const made = names.map((name) => workspace.output([...parts[name]!.shape]));
    const pointers = made.map(({ pointer }) => pointer);
    differentiate(workspace, flat, messagesFor(flat, workspace), workspace.input(parts.dy0!), pointers);
    return made;
  },
  differentiable: names,
};

/** The potentials of a chain → what its possible paths score on average [B]. */
export const linearChainAverageScore: Op<ChainPart, Record<string, never>> = defineOp({
  name: 'LinearChainAverageScore',
  inputs: ['initial', 'final', 'transition', 'emission', 'mask'],
  composed: (parts: Tensors<ChainPart>) => [composed(parts as unknown as Required<ChainPotentials>)],
  fused: kernels,
});

/** What a path scores on average where all possible ones are equally probable, [B]; 0 where none is possible. */
export function averageScore(potentials: ChainPotentials): tf.Tensor1D {
  const whole = { final: tf.zerosLike(potentials.initial), ...potentials, mask: asMask(potentials.mask) };
  return linearChainAverageScore(whole, {})[0] as tf.Tensor1D;
}

function composed({ mask, ...scores }: Required<ChainPotentials>): tf.Tensor1D {
  const uniform = Object.fromEntries(names.map((name) => [name, flatten(scores[name])]));
  return new LinearChain({ ...(uniform as unknown as typeof scores), mask }).expectation(scores);
}

/** 0 where something is possible and −∞ where it is not, as a constant. */
function flatten(x: tf.Tensor): tf.Tensor {
  return detach(x, (values) => tf.where(tf.lessEqual(values, impossible), tf.scalar(-Infinity), tf.zeros(x.shape)));
}

function flatChain(parts: Parts, workspace: Workspace): Chain {
  const [B, T, K] = parts.emission!.shape as [number, number, number];
  const [initial, final, transition, emission] = names.map((name) => {
    const { shape } = parts[name]!;
    const values = floats(workspace.kernels.memory, workspace.input(parts[name]!), tf.util.sizeFromShape(shape));
    return numbers(
      workspace,
      values.length,
      values.map((x) => (x <= impossible ? -Infinity : 0)),
    );
  }) as [number, number, number, number];
  const perStep = parts.transition!.shape.length === 4;
  return { initial, final, transition, perStep, emission, mask: workspace.input(parts.mask!), B, T, K };
}

/** Memory that holds `values`. */
function numbers({ kernels, scratch }: Workspace, size: number, values: ArrayLike<number>): number {
  const pointer = scratch(4 * Math.max(1, size));
  floats(kernels.memory, pointer, size).set(values);
  return pointer;
}

type Messages = { logZ: number; alphas: number };

function messagesFor(chain: Chain, { scratch }: Workspace): Messages {
  return { logZ: scratch(4 * chain.B), alphas: scratch(4 * alphaSize(chain)) };
}

/** The gradient of Σ dLogZ · logZ in the potentials, at `made` in the order of `names`. */
function differentiate({ kernels }: Workspace, chain: Chain, messages: Messages, dLogZ: number, made: number[]): void {
  const [dInitial, dFinal, dTransition, dEmission] = made as [number, number, number, number];
  chainForward(kernels, chain, messages);
  chainBackward(kernels, chain, messages, { dLogZ, dInitial, dFinal, dTransition, dEmission });
}

/** Σ share · value over what has a share at all: elsewhere a value may be NaN or −∞. */
function dot({ kernels }: Workspace, shares: number, values: number, size: number): number {
  const [share, value] = [floats(kernels.memory, shares, size), floats(kernels.memory, values, size)];
  let sum = 0;
  for (let i = 0; i < size; i++) if (share[i] !== 0) sum += share[i]! * value[i]!;
  return sum;
}
