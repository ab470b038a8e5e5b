/** Laws of chains of segments: what the recursion computes is what all segmentations, one by one, say. */
import { lengthMask, Rng, type Sequence, sequence } from '@seqloom/core';
import { checkGradients, expectClose, expectNoLeak, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { CRF } from '../crf/crf.js';
import { restrict } from '../crf/restrict.js';
import { segmentBestPath } from '../crf/segments/best-segmentation.js';
import { segmentLogPartition } from '../crf/segments/log-partition.js';
import { SegmentChain } from '../crf/segments/segment-chain.js';
import type { SegmentPotentials } from '../crf/segments/segment-potentials.js';
import { SemiMarkovCRF } from '../crf/segments/semi-markov-crf.js';
import { sumOverSegments, sumOverSegmentsOp } from '../crf/segments/sum-over-segments.js';
import { logPartitionOf } from './enumeration.js';
import { type Law, tolerance } from './for-chains.js';
import { allOf, forSegments, randomSegments, same } from './for-segments.js';
import { randomPotentials } from './plain-chains.js';
import { type PlainSegmentation, type PlainSegments, plainSegments, segmentTensors } from './plain-segments.js';
import { maskOf } from './training.js';

export const segmentLaws: Readonly<Record<string, Law>> = {
  'log partition, scores and marginals of segments are those of all segmentations': forSegments(async (chain) => {
    const all = allOf(chain);
    await same(chain, 'log partition', (x) => x.logPartition(), all.map(logPartitionOf));
    const chosen = all.map((each) => each[Math.floor(each.length / 2)]!);
    const given = () => ({ labels: labelTensor(chosen), begins: maskOf(chosen.map(({ begins }) => begins)) });
    await same(
      chain,
      'score',
      (x) => x.score(given()),
      chosen.map(({ score }) => score),
    );
    const logProbability = chosen.map(({ score }, row) =>
      score === -Infinity ? score : score - logPartitionOf(all[row]!),
    );
    await same(chain, 'log probability', (x) => x.logProbability(given()), logProbability);
    await same(chain, 'marginals', (x) => x.marginals(), marginalsOf(chain, all));
    await same(chain, 'label marginals', (x) => x.labelMarginals(), labelMarginalsOf(chain, all));
  }),
  'the log partition op over segments keeps the laws of ops': async (runs) => {
    const random = { name: 'random', inputs: partsOf(randomSegments()), gradientCheck: {} };
    const drawn = fc.sample(plainSegments, { numRuns: runs, seed: 12 }).map((chain, i) => ({
      name: `drawn chain ${i}`,
      inputs: partsOf(segmentTensors(chain, Number.NaN)),
      gradientCheck: false as const, // −∞ has no difference
    }));
    await verifyOp(
      segmentLogPartition,
      [random, ...drawn].map((each) => ({ ...each, attributes: {}, tolerance })),
    );
  },
  'the op of sums over segments keeps the laws of ops': async () => {
    const { emission, mask } = randomPotentials(new Rng(6), [5, 2, 1, 0], 3);
    const holes = maskOf([
      [0, 1, 0, 1, 1],
      [1, 1, 0, 0, 1],
      [0, 0, 0, 0, 1],
      [1, 0, 1, 0, 0],
    ]);
    const cases = [1, 3, 6].flatMap((maxLength) =>
      [mask, holes].map((real, i) => ({
        ...{ name: `${maxLength} steps, mask ${i}`, attributes: { maxLength }, tolerance },
        inputs: { values: emission, mask: real },
        differentiable: ['values'] as const,
      })),
    );
    await verifyOp(sumOverSegmentsOp, cases);
  },
  'Viterbi finds a best segmentation, and its score': forSegments(async (chain) => {
    const all = allOf(chain);
    const best = all.map((each) => Math.max(...each.map(({ score }) => score)));
    await same(chain, 'Viterbi score', (x) => x.viterbi().score, best);
    const { labels, begins, score } = tf.tidy(() => new SegmentChain(segmentTensors(chain, Number.NaN)).viterbi());
    const found = [await labels.array(), await begins.array()];
    tf.dispose([labels, begins, score]);
    for (const [row, each] of all.entries()) {
      const same = each.find((one) => String([one.labels, one.begins]) === String([found[0]![row], found[1]![row]]));
      const none = found[0]![row]!.every((label) => label === -1);
      await expectClose([same?.score ?? (none ? -Infinity : Number.NaN)], [best[row]!], tolerance, 'score of the best');
    }
  }),
  'the best segmentation of the kernel is as good as that of the composed op': forSegments(async (chain) => {
    const scores = [segmentBestPath, segmentBestPath.composed].map((op) =>
      tf.tidy(() => {
        const tensors = segmentTensors(chain, Number.NaN);
        const [labels, begins] = op(partsOf(tensors), {}) as [tf.Tensor2D, tf.Tensor2D];
        return new SegmentChain(tensors).score({ labels, begins });
      }),
    );
    await expectClose(scores[0]!, scores[1]!, tolerance, 'score');
    tf.dispose(scores);
  }),
  'gradients over segments are what finite differences say': async () => {
    const { initial, transition, final, segments } = randomSegments();
    const chain = (...[a, b, c, values]: tf.Tensor[]) =>
      new SegmentChain({ initial: a, transition: b, final: c, segments: { ...segments, values } } as SegmentPotentials);
    const xs = [initial, transition, final, segments.values];
    await checkGradients((...moved) => tf.sum(chain(...moved).logPartition()), xs);
    await checkGradients((...moved) => tf.sum(tf.square(chain(...moved).marginals())), xs);
    await checkGradients((...moved) => tf.sum(chain(...moved).viterbi().score), xs);
    await checkGradients((...moved) => tf.sum(chain(...moved).kBest(2).scores), xs);
    await checkGradients((...moved) => tf.sum(chain(...moved).entropy()), xs);
    const given = {
      labels: tf.zeros<tf.Rank.R2>([3, 4], 'int32'),
      begins: maskOf([
        [1, 0, 1, 1],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
      ]),
    };
    await checkGradients((...moved) => tf.neg(tf.sum(chain(...moved).logProbability(given))), xs);
  },
  'emissions are summed over the real steps of each segment, holes and NaN left out': async () => {
    const emissions = sequence(tf.tensor3d([1, 10, Number.NaN, 100, 1000], [1, 5, 1]), maskOf([[1, 1, 0, 1, 1]]));
    const { values } = sumOverSegments(emissions, 3);
    const expected = [1, 1, 1, 10, 11, 11, 0, 0, 0, 100, 110, 111, 1000, 1100, 1110];
    const real = tf.reshape(tf.tensor1d([1, 1, 0, 1, 1]), [5, 1]);
    await expectClose(tf.mul(tf.reshape(values, [5, 3]), real), expected, 0, 'sums');
  },
  'known labels of steps hold within segments': async () => {
    const { emission, mask } = randomPotentials(new Rng(9), [5, 3, 1], 2);
    const crf = new SemiMarkovCRF({ labelCount: 2, maxLength: 3, rng: new Rng(2) });
    const [free, ids] = [{ values: emission, mask }, [[-1, 1, -1, 0, 0], [1, -1, -1], [0]]];
    const chain = (emissions: Sequence) => crf.chain(sumOverSegments(emissions, 3));
    const known = chain(restrict(free, ids)).labelMarginals();
    const rows = (await known.array()).map((row, b) => row.map((p, t) => p[ids[b]![t] ?? -1]));
    await expectClose(
      rows.flat().filter((p) => p !== undefined) as number[],
      [1, 1, 1, 1, 1],
      tolerance,
      'known labels',
    );
    const odds = tf.sub(chain(restrict(free, ids)).logPartition(), chain(free).logPartition());
    await expectClose(tf.lessEqual(odds, tolerance), [1, 1, 1], 0, 'a restriction takes probability away');
    const slope = tf.grad((x: tf.Tensor) =>
      tf.sum(chain(restrict({ values: x as tf.Tensor3D, mask }, ids)).logPartition()),
    )(emission);
    await expectClose(slope, known, tolerance, 'slope of the restricted log partition');
    crf.dispose();
  },
  'with segments of one step it is a CRF': async () => {
    const { emission, mask, initial, transition, final } = randomPotentials(new Rng(8), [5, 3, 0], 3);
    const crfs = [new CRF({ labelCount: 3 }), new SemiMarkovCRF({ labelCount: 3, maxLength: 1 })] as const;
    for (const crf of crfs) {
      crf.initial.assign(initial);
      crf.transition.assign(transition as tf.Tensor2D);
      crf.final.assign(final);
    }
    const [crf, semi] = crfs;
    const [emissions, segments] = [{ values: emission, mask }, sumOverSegments({ values: emission, mask }, 1)];
    await expectClose(semi.chain(segments).logPartition(), crf.logPartition(emissions), tolerance, 'log partition');
    await expectClose(semi.chain(segments).labelMarginals(), crf.marginals(emissions), tolerance, 'marginals');
    await expectClose(semi.decode(segments).labels, await crf.decode(emissions).array(), 0, 'decoded');
    for (const each of crfs) each.dispose();
  },
  'a segment that is too long, or forbidden, is impossible': async () => {
    const crf = new SemiMarkovCRF({
      labelCount: 2,
      maxLength: 2,
      allowed: {
        transition: [
          [1, 0],
          [1, 1],
        ],
      },
    });
    const segments = sumOverSegments(sequence(tf.zeros([2, 3, 2])), 2);
    const labels = tf.tensor2d(
      [
        [0, 0, 0],
        [0, 1, 1],
      ],
      undefined,
      'int32',
    );
    const begins = maskOf([
      [1, 0, 0],
      [1, 1, 0],
    ]);
    await expectClose(crf.logLikelihood(segments, { labels, begins }), [-Infinity, -Infinity], 0, 'log-likelihood');
    crf.dispose();
  },
  'a semi-Markov CRF learns lengths that no step shows, and leaves nothing behind': async () => {
    // Runs of three steps of label 1 among single steps of label 0; the emissions tell nothing but where the first run is.
    const crf = new SemiMarkovCRF({ labelCount: 2, maxLength: 3, rng: new Rng(1) });
    const rows = [
      [0, 1, 1, 1, 0, 1, 1, 1, 0],
      [1, 1, 1, 0, 1, 1, 1, 0, 1],
    ];
    const labels = tf.tensor2d(rows, undefined, 'int32');
    const begins = tf.tensor2d(
      [
        [1, 1, 0, 0, 1, 1, 0, 0, 1],
        [1, 0, 0, 1, 1, 0, 0, 1, 1],
      ],
      undefined,
      'bool',
    );
    const first = tf.tensor3d(
      rows.map((row) => row.map((label, t) => (t === 0 ? [4 * (1 - label), 4 * label] : [0, 0]))),
    );
    const emissions = sequence(first, lengthMask([9, 8]));
    const variables = [...crf.namedVariables()].map(([, variable]) => variable);
    const step = (x: Sequence) => () => crf.loss(sumOverSegments(x, 3), { labels, begins });
    const optimizer = tf.train.adam(0.3);
    for (let i = 0; i < 40; i++) optimizer.minimize(step(emissions), false, variables);
    const decoded = tf.tidy(() => crf.decode(sumOverSegments(emissions, 3)));
    const real = tf.where(emissions.mask, labels, tf.fill(labels.shape, -1, 'int32'));
    await expectClose(decoded.labels, await real.array(), 0, 'decoded');
    await expectNoLeak(() => tf.dispose(tf.variableGrads(step(emissions), variables)));
    await expectNoLeak(() =>
      tf.tidy(() => void [crf.decode(sumOverSegments(emissions, 3)), crf.marginals(sumOverSegments(emissions, 3))]),
    );
    optimizer.dispose();
    crf.dispose();
  },
};

function labelTensor(chosen: readonly PlainSegmentation[]): tf.Tensor2D {
  return tf.tensor2d(
    chosen.map(({ labels }) => labels),
    undefined,
    'int32',
  );
}

/** Calls `visit` for every segmentation of every sequence with its probability. */
function weigh(
  all: PlainSegmentation[][],
  visit: (row: number, one: PlainSegmentation, probability: number) => void,
): void {
  for (const [row, each] of all.entries()) {
    const logZ = logPartitionOf(each);
    if (logZ > -Infinity) for (const one of each) visit(row, one, Math.exp(one.score - logZ));
  }
}

function marginalsOf(chain: PlainSegments, all: PlainSegmentation[][]): number[] {
  const out = chain.values.map((steps) => steps.map((lengths) => lengths.map((labels) => labels.map(() => 0))));
  weigh(all, (row, { segments }, p) => {
    for (const { end, length, label } of segments) out[row]![end]![length]![label]! += p;
  });
  return out.flat(3);
}

function labelMarginalsOf(chain: PlainSegments, all: PlainSegmentation[][]): number[] {
  const out = chain.mask.map((row) => row.map(() => chain.initial.map(() => 0)));
  weigh(all, (row, { labels }, p) => {
    for (const [t, label] of labels.entries()) if (label >= 0) out[row]![t]![label]! += p;
  });
  return out.flat(2);
}

function partsOf({ segments, ...potentials }: SegmentPotentials) {
  return { ...potentials, ...segments };
}
