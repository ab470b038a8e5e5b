/** The two ways to go along a chain: what is asked most, by either. */
import type * as tf from '@tensorflow/tfjs-core';
import { bestPath } from './best-path.js';
import type { ChainPotentials } from './chain-potentials.js';
import { logPartition } from './log-partition.js';
import { logProbability, scoreLess } from './log-probability.js';
import { pathScore } from './path-score.js';
import { scanBestPath } from './scan/scan-best-path.js';
import { scanLogPartition } from './scan/scan-log-partition.js';

/**
 * Step by step ('sequential': fused kernels on cpu and wasm), or by joining neighbouring moves, all pairs at once, in log₂ T rounds ('scan': a few
 * large ops instead of T small ones, for long chains on webgl and webgpu).
 */
export type Recursion = 'sequential' | 'scan';

interface Answers {
  logPartition(potentials: Required<ChainPotentials>): tf.Tensor1D;
  logProbability(potentials: Required<ChainPotentials>, labels: tf.Tensor2D): tf.Tensor1D;
  bestPath(potentials: Required<ChainPotentials>): tf.Tensor2D;
}

export const recursions: Readonly<Record<Recursion, Answers>> = {
  sequential: { logPartition, logProbability, bestPath },
  scan: {
    logPartition: (potentials) => scanLogPartition(potentials),
    logProbability: (potentials, labels) => scoreLess(pathScore(potentials, labels), scanLogPartition(potentials)),
    bestPath: (potentials) => scanBestPath(potentials),
  },
};
