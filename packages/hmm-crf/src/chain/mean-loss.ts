/** From log-likelihoods to a loss, as an op: composed, its dozen small ops take as long as a kernel that goes through a whole chain. */
import { asMask, defineOp, type FusedPair, type Op } from '@seqloom/core';
import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

type Inputs = Parameters<FusedPair<'mask'>['forward']>[0];
type Workspace = Parameters<FusedPair<'mask'>['forward']>[2];

/** logLikelihood [B], mask [B,T] → −Σ logLikelihood / how many sequences have a real step; 0 if there is none. */
export const meanNegative: Op<'logLikelihood' | 'mask', Record<string, never>> = defineOp({
  name: 'LinearChainMeanLoss',
  inputs: ['logLikelihood', 'mask'],
  composed({ logLikelihood, mask }) {
    const count = tf.sum(tf.cast(tf.any(mask, 1), 'float32'));
    return [tf.div(tf.neg(tf.sum(logLikelihood)), tf.maximum(count, 1))];
  },
  fused: {
    forward(tensors, _, workspace) {
      const values = floats(
        workspace.kernels.memory,
        workspace.input(tensors.logLikelihood!),
        tensors.logLikelihood!.shape[0]!,
      );
      const mean = workspace.output([]);
      const sum = values.reduce((total, value) => total + value, 0);
      floats(workspace.kernels.memory, mean.pointer, 1)[0] = -sum / realSequences(tensors, workspace);
      return mean;
    },
    backward(tensors, _, workspace) {
      const gradient = workspace.output([...tensors.logLikelihood!.shape]);
      const [dy] = floats(workspace.kernels.memory, workspace.input(tensors.dy0!), 1);
      floats(workspace.kernels.memory, gradient.pointer, gradient.shape[0]!).fill(
        -dy! / realSequences(tensors, workspace),
      );
      return gradient;
    },
    differentiable: ['logLikelihood'],
  },
});

/** The mean of −logLikelihood [B] over the sequences with a real step in mask [B,T]; 0 if there is none. */
export function meanLoss(logLikelihood: tf.Tensor1D, mask: tf.Tensor2D): tf.Scalar {
  return meanNegative({ logLikelihood, mask: asMask(mask) }, {})[0] as tf.Scalar;
}

/** How many rows of the mask have a 1, at least 1. */
function realSequences({ mask }: Inputs, workspace: Workspace): number {
  const [B, T] = mask!.shape as [number, number];
  const real = new Uint8Array(workspace.kernels.memory.memory.buffer, workspace.input(mask!), B * T);
  let count = 0;
  for (let row = 0; row < B; row++) if (real.subarray(row * T, (row + 1) * T).includes(1)) count++;
  return Math.max(1, count);
}
