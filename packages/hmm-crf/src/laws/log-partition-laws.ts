/** Laws of the op: what a fused kernel computes is what the composed form computes. */
import { Rng } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import fc from 'fast-check';
import { linearChainLogPartition } from '../chain/log-partition.js';
import { plainChains, randomPotentials, tensorsOf } from './plain-chains.js';

/** Float32, sums over paths of potentials of order 1. */
const tolerance = 2e-5;

export const opLaws: Readonly<Record<string, (runs: number) => Promise<void>>> = {
  'the log partition op keeps the laws of ops': (runs) => {
    const drawn = fc.sample(plainChains, { numRuns: runs, seed: 11 });
    const cases = drawn.map((chain, i) => ({
      name: `drawn chain ${i}`,
      inputs: tensorsOf(chain, Number.NaN),
      attributes: {},
      tolerance,
      gradientCheck: false as const, // −∞ has no difference; enumeration checks these gradients
    }));
    const long = { name: 'ragged, 17 states', inputs: randomPotentials(new Rng(12), [9, 5, 1, 0], 17), attributes: {} };
    return verifyOp(linearChainLogPartition, [{ ...long, tolerance }, ...cases]);
  },
};
