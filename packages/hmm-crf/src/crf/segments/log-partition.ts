/** The log partition function over segments as an op: composed, or one kernel forward and one back. */
import { asMask, defineOp, type FusedPair, type Op, type Tensors } from '@seqloom/core';
import { type SegmentChain, segmentChainBackward, segmentChainForward, segmentMessageSize } from '@seqloom/kernels';
import type * as tf from '@tensorflow/tfjs-core';
import { logSemiring } from '../../chain/semirings/log.js';
import type { SegmentPart, SegmentPotentials } from './segment-potentials.js';
import { segmentSum } from './segment-sum.js';

type Parts = Parameters<FusedPair<SegmentPart>['forward']>[0];
type Workspace = Parameters<FusedPair<SegmentPart>['forward']>[2];

const names = ['initial', 'final', 'transition', 'values'] as const;

/** Workspace: the forward messages. */
const kernels: FusedPair<SegmentPart> = {
  forward(parts, _, workspace) {
    const chain = pointers(parts, workspace);
    const [logZ, messages] = [workspace.output([chain.B]), workspace.output([segmentMessageSize(chain)])];
    segmentChainForward(workspace.kernels, chain, { logZ: logZ.pointer, messages: messages.pointer });
    return [logZ, messages];
  },
  backward(parts, _, workspace) {
    const chain = pointers(parts, workspace);
    const made = names.map((name) => workspace.output([...parts[name]!.shape]));
    const [dInitial, dFinal, dTransition, dSegments] = made.map(({ pointer }) => pointer) as [
      number,
      number,
      number,
      number,
    ];
    const gradients = { dLogZ: workspace.input(parts.dy0!), dInitial, dFinal, dTransition, dSegments };
    segmentChainBackward(workspace.kernels, chain, { messages: workspace.input(parts.out1!) }, gradients);
    return made;
  },
  differentiable: names,
};

/** initial [K], final [K], transition [K,K], values [B,T,L,K], mask [B,T] → log Σ exp of all segmentations' scores [B]. */
export const segmentLogPartition: Op<SegmentPart, Record<string, never>> = defineOp({
  name: 'SegmentLogPartition',
  inputs: ['initial', 'final', 'transition', 'values', 'mask'],
  workspaces: 1,
  composed({ values, mask, ...parts }: Tensors<SegmentPart>) {
    const potentials = { ...parts, segments: { values, mask } } as unknown as SegmentPotentials;
    return [segmentSum(logSemiring, potentials)];
  },
  fused: kernels,
});

/** log Z per sequence [B]. */
export function logPartition({ segments, ...potentials }: SegmentPotentials): tf.Tensor1D {
  const mask = asMask(segments.mask);
  return segmentLogPartition({ ...potentials, values: segments.values, mask }, {})[0] as tf.Tensor1D;
}

function pointers({ initial, final, transition, values, mask }: Parts, { input }: Workspace): SegmentChain {
  const [B, T, L, K] = values!.shape as [number, number, number, number];
  return {
    initial: input(initial!),
    final: input(final!),
    transition: input(transition!),
    segments: input(values!),
    mask: input(mask!),
    ...{ B, T, L, K },
  };
}
