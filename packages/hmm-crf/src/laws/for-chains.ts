/** How laws of chains are checked: on drawn chains, and with NaN as padding. */
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import type { PlainChain } from './enumeration.js';
import { plainChains, tensorsOf } from './plain-chains.js';

/** Float32: a few sums of numbers of order 10. */
export const tolerance = 2e-5;

/** A check on that many drawn chains. */
export type Law = (runs: number) => Promise<void>;

export function forChains(check: (chain: PlainChain) => Promise<void>): Law {
  return (runs) => fc.assert(fc.asyncProperty(plainChains, check), { numRuns: runs, seed: 7 });
}

type Answer = (tensors: Required<ChainPotentials>) => tf.Tensor;

/** Throws unless `f` gives `expected`, whatever stands at masked places. */
export async function same(
  chain: PlainChain,
  what: string,
  f: Answer,
  expected: number[] | number[][][],
  within: number = tolerance,
): Promise<void> {
  for (const filler of [undefined, Number.NaN]) {
    const actual = tf.tidy(() => f(tensorsOf(chain, filler)));
    await expectClose(actual, expected, within, `${what}${filler === undefined ? '' : ' with NaN as padding'}`);
    actual.dispose();
  }
}

/** What `f` gives, as nested lists. */
export async function nested<Values = number[][]>(chain: PlainChain, f: Answer): Promise<Values> {
  const tensor = tf.tidy(() => f(tensorsOf(chain)));
  const out = await tensor.array();
  tensor.dispose();
  return out as Values;
}
