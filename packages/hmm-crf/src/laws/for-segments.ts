/** How laws of segments are checked: on drawn chains of them, and with NaN as padding. */
import { Rng } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { SegmentChain } from '../crf/segments/segment-chain.js';
import type { SegmentPotentials } from '../crf/segments/segment-potentials.js';
import { type Law, tolerance } from './for-chains.js';
import { randomPotentials } from './plain-chains.js';
import {
  type PlainSegmentation,
  type PlainSegments,
  plainSegments,
  segmentations,
  segmentTensors,
} from './plain-segments.js';

export function forSegments(check: (chain: PlainSegments) => Promise<void>): Law {
  return (runs) => fc.assert(fc.asyncProperty(plainSegments, check), { numRuns: runs, seed: 9 });
}

/** All segmentations of each sequence. */
export function allOf(chain: PlainSegments): PlainSegmentation[][] {
  return chain.mask.map((_, row) => {
    const all = segmentations(chain, row);
    if (all.length === 0) throw new Error('every sequence can be cut into single steps');
    return all;
  });
}

/** Throws unless `f` gives `expected`, whatever stands where nothing is read. */
export async function same(
  chain: PlainSegments,
  what: string,
  f: (x: SegmentChain) => tf.Tensor,
  expected: number[],
): Promise<void> {
  for (const filler of [0, Number.NaN]) {
    const actual = tf.tidy(() => f(new SegmentChain(segmentTensors(chain, filler))));
    await expectClose(actual, expected, tolerance, `${what} with ${filler} as padding`);
    actual.dispose();
  }
}

export function randomSegments(): SegmentPotentials {
  const { initial, transition, final, mask } = randomPotentials(new Rng(5), [4, 2, 1], 2);
  const rng = new Rng(7);
  const values = tf.tensor4d(
    Float32Array.from({ length: 3 * 4 * 3 * 2 }, () => rng.normal()),
    [3, 4, 3, 2],
  );
  return { initial, transition: transition as tf.Tensor2D, final, segments: { values, mask } };
}
