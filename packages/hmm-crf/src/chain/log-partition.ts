/** The log partition function as an op: composed here, fused where a kernel of its name is registered. */

import { asMask, defineOp, type Op, type Tensors } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { type ChainPart, logPartitionKernels } from './chain-kernels.js';
import type { ChainPotentials } from './chain-potentials.js';
import { chainSum } from './chain-sum.js';

import { logSemiring } from './semirings/log.js';

/** initial [K], final [K], transition [K,K] or [B,T-1,K,K], emission [B,T,K], mask [B,T] → log Σ exp of all paths' scores [B]. */
export const linearChainLogPartition: Op<ChainPart, Record<string, never>> = defineOp({
  name: 'LinearChainLogPartition',
  inputs: ['initial', 'final', 'transition', 'emission', 'mask'],
  workspaces: 1,
  composed: (inputs: Tensors<ChainPart>) => [chainSum(logSemiring, inputs as unknown as ChainPotentials)],
  fused: logPartitionKernels,
});

/** log Z per sequence [B]. */
export function logPartition(potentials: Required<ChainPotentials>): tf.Tensor1D {
  return linearChainLogPartition({ ...potentials, mask: asMask(potentials.mask) }, {})[0] as tf.Tensor1D;
}
