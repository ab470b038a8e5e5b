/** What a chain of segments answers beyond its sums and its best segmentation, against all segmentations. */
import { Rng } from '@seqloom/core';
import { expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { SegmentChain } from '../crf/segments/segment-chain.js';
import type { SegmentPotentials } from '../crf/segments/segment-potentials.js';
import type { Segmentations } from '../crf/segments/segmentation.js';
import { logPartitionOf } from './enumeration.js';
import { type Law, tolerance } from './for-chains.js';
import { allOf, forSegments, randomSegments, same } from './for-segments.js';
import { type PlainSegmentation, type PlainSegments, segmentations, segmentTensors } from './plain-segments.js';
import { maskOf } from './training.js';

export const segmentAnswerLaws: Readonly<Record<string, Law>> = {
  'the k best segmentations are different ones, in order, with their scores': forSegments(async (chain) => {
    const k = 4;
    const all = possibleOf(chain);
    const best = all.map((each) => each.sort((a, b) => b.score - a.score).slice(0, k));
    const scores = best.flatMap((each) => Array.from({ length: k }, (_, i) => each[i]?.score ?? -Infinity));
    await same(chain, 'scores of the k best', (x) => x.kBest(k).scores, scores);
    const found = await named(chain, (x) => x.kBest(k));
    for (const [row, each] of found.entries()) {
      const own = each.slice(0, best[row]!.length);
      if (new Set(own).size < own.length) throw new Error('a segmentation comes twice');
      const scoreOf = new Map(all[row]!.map((one) => [String([one.labels, one.begins]), one.score]));
      const theirs = own.map((name) => scoreOf.get(name) ?? Number.NaN);
      await expectClose(
        theirs,
        best[row]!.map(({ score }) => score),
        tolerance,
        'score of its segmentation',
      );
      const none = String([chain.mask[row]!.map(() => -1), chain.mask[row]!.map(() => 0)]);
      if (each.slice(own.length).some((name) => name !== none)) throw new Error('there is none');
    }
  }),
  'drawn segmentations are possible ones, with their scores': forSegments(async (chain) => {
    const all = possibleOf(chain);
    const { scores } = tf.tidy(() => new SegmentChain(segmentTensors(chain, Number.NaN)).sample(3, new Rng(4)));
    const theirs = await scores.array();
    tf.dispose(scores);
    for (const [row, each] of (await named(chain, (x) => x.sample(3, new Rng(4)))).entries()) {
      const scoreOf = new Map(all[row]!.map((one) => [String([one.labels, one.begins]), one.score]));
      const own = each.map((name) => scoreOf.get(name) ?? (all[row]!.length > 0 ? Number.NaN : -Infinity));
      await expectClose(theirs[row]!, own, tolerance, 'score of a draw');
    }
  }),
  'segmentations are drawn as often as they are probable': async () => {
    const { segments, ...rest } = randomSegments();
    const chain = {
      ...rest,
      segments: {
        ...segments,
        mask: maskOf([
          [1, 0, 1, 1],
          [0, 1, 0, 0],
          [1, 1, 0, 0],
        ]),
      },
    };
    const plain = await plainSegmentsOf(chain);
    const draws = 400;
    const found = await namesOf(tf.tidy(() => new SegmentChain(chain).sample(draws, new Rng(5))));
    for (const [row, each] of found.entries()) {
      const all = segmentations(plain, row);
      const logZ = logPartitionOf(all);
      for (const one of all) {
        const p = Math.exp(one.score - logZ);
        const often = each.filter((name) => name === String([one.labels, one.begins])).length / draws;
        const error = 5 * Math.sqrt((p * (1 - p)) / draws) + 3 / draws;
        await expectClose([often], [p], error, `how often ${one.labels} is drawn`);
      }
    }
  },
  'entropy and number of segmentations': forSegments(async (chain) => {
    const all = possibleOf(chain);
    const entropies = all.map((each) => {
      const logZ = logPartitionOf(each);
      return each.reduce((sum, { score }) => sum - Math.exp(score - logZ) * (score - logZ), 0);
    });
    await same(chain, 'entropy', (x) => x.entropy(), entropies);
    const counts = all.map((each) => Math.log(each.length));
    await same(chain, 'log number', (x) => x.logSegmentationCount(), counts);
  }),
  'no answer about segments leaks': async () => {
    const chain = new SegmentChain(randomSegments());
    await expectNoLeak(() => tf.dispose([chain.kBest(3), chain.sample(2, new Rng(1)), chain.entropy()] as never));
  },
};

function possibleOf(chain: PlainSegments): PlainSegmentation[][] {
  return allOf(chain).map((each) => each.filter(({ score }) => score > -Infinity));
}

/** Labels and begins of each, as text: [B][n]. */
async function namesOf({ labels, begins, scores }: Segmentations): Promise<string[][]> {
  const [label, begin] = [await labels.array(), await begins.array()];
  tf.dispose([labels, begins, scores]);
  return label.map((each, row) => each.map((own, i) => String([own, begin[row]![i]!])));
}

function named(chain: PlainSegments, f: (x: SegmentChain) => Segmentations): Promise<string[][]> {
  return namesOf(tf.tidy(() => f(new SegmentChain(segmentTensors(chain, Number.NaN)))));
}

async function plainSegmentsOf({ segments, initial, transition, final }: SegmentPotentials): Promise<PlainSegments> {
  return {
    ...{ initial: await initial.array(), transition: await transition.array(), final: await final.array() },
    ...{ values: await segments.values.array(), mask: await segments.mask.array() },
  };
}
