/** The fused kernels of chunked attention. Workspace: the log-sum-exp of each query, in two parts. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { type ChunkedAttention, chunkedAttention, chunkedAttentionGradient } from '@seqloom/kernels';
import type { Pattern } from './pattern.js';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

export type ChunkedInputs = 'query' | 'keys' | 'values' | 'mask' | 'dense';

/** `dense` is [1,1,1] where there is none. */
export interface ChunkedAttributes extends Pattern {
  readonly scale: number;
  readonly [name: string]: unknown;
}

export const chunkedKernels: FusedPair<ChunkedInputs> = {
  forward(tensors, attributes, workspace) {
    const attention = describe(tensors, attributes as ChunkedAttributes, workspace);
    const { B, Q, V } = attention;
    const context = workspace.output([B, Q, V]);
    const shifts = attributes.forGradient ? [workspace.output([B, Q, 2])] : [];
    chunkedAttention(workspace.kernels, attention, { context: context.pointer, shifts: shifts[0]?.pointer ?? 0 });
    return [context, ...shifts];
  },
  backward(tensors, attributes, workspace) {
    const attention = describe(tensors, attributes as ChunkedAttributes, workspace);
    const made = (['query', 'keys', 'values'] as const).map((name) => workspace.output([...tensors[name]!.shape]));
    const [dQuery, dKeys, dValues] = made.map(({ pointer }) => pointer) as [number, number, number];
    const [context, shifts, dContext] = [tensors.out0!, tensors.out1!, tensors.dy0!].map(workspace.input) as [
      number,
      number,
      number,
    ];
    const given = { context, shifts, dContext, dQuery, dKeys, dValues };
    chunkedAttentionGradient(workspace.kernels, attention, given);
    return made;
  },
  differentiable: ['query', 'keys', 'values'],
};

function describe(
  tensors: Inputs,
  { scale, causal, window }: ChunkedAttributes,
  { input }: Workspace,
): ChunkedAttention {
  const { query, keys, values, mask, dense } = tensors as Record<ChunkedInputs, Inputs[string]>;
  const [B, Q, D] = query.shape as [number, number, number];
  const [, K, V] = values.shape as [number, number, number];
  const [rows, queries, width] = dense.shape;
  const pattern = queries === Q && width === K ? { pattern: { pointer: input(dense), shared: rows === 1 } } : {};
  return {
    ...{ B, Q, K, D, V, scale, causal, ...(window ? { window } : {}), ...pattern },
    ...{ query: input(query), keys: input(keys), values: input(values), mask: input(mask) },
  };
}
