/** The fused kernels of the additive score: no [B,Q,K,U] tensor, forward or backward. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { type AdditiveScoreInputs, additiveScore, additiveScoreGradient } from '@seqloom/kernels';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

export const additiveKernels: FusedPair<'query' | 'keys' | 'energy'> = {
  forward(tensors, _, workspace) {
    const inputs = pointers(tensors, workspace);
    const energies = workspace.output([inputs.B, inputs.Q, inputs.K]);
    additiveScore(workspace.kernels, inputs, energies.pointer);
    return energies;
  },
  backward(tensors, _, workspace) {
    const inputs = pointers(tensors, workspace);
    const { B, Q, K, U } = inputs;
    const [query, keys, energy] = [workspace.output([B, Q, U]), workspace.output([B, K, U]), workspace.output([U])];
    additiveScoreGradient(workspace.kernels, inputs, {
      dEnergies: workspace.input(tensors.dy0!),
      dQuery: query.pointer,
      dKeys: keys.pointer,
      dEnergy: energy.pointer,
    });
    return [query, keys, energy];
  },
  differentiable: ['query', 'keys', 'energy'],
};

function pointers({ query, keys, energy }: Inputs, { input }: Workspace): AdditiveScoreInputs {
  const [B, Q, U] = query!.shape as [number, number, number];
  return { query: input(query!), keys: input(keys!), energy: input(energy!), B, Q, K: keys!.shape[1]!, U };
}
