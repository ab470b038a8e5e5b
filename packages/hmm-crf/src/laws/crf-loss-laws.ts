/** Laws of the losses: each is what its definition says of all paths, and its gradient what differences say. */
import { Rng, type Sequence, sequence } from '@seqloom/core';
import { checkGradients, expectClose, expectNoLeak, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { CRF } from '../crf/crf.js';
import { linearChainAverageScore } from '../crf/losses/average-score.js';
import { hammingCosts, tableCosts } from '../crf/losses/costs.js';
import { smoothedLoss } from '../crf/losses/label-smoothing.js';
import { minimumRiskLoss } from '../crf/losses/minimum-risk.js';
import { partialLabelLoss } from '../crf/losses/partial-label.js';
import { meanOverSequences, meanOverSteps } from '../crf/losses/reductions.js';
import { softmaxMarginLoss, structuredHingeLoss, structuredPerceptronLoss } from '../crf/losses/softmax-margin.js';
import { restrict } from '../crf/restrict.js';
import { SecondOrderCRF } from '../crf/second-order-crf.js';
import { logPartitionOf, type Path } from './enumeration.js';
import { type Law, tolerance } from './for-chains.js';
import { plainChains, randomPotentials, tensorsOf } from './plain-chains.js';
import { forCRFs, labelTensor, type PlainCRF, sameOf } from './plain-crfs.js';

export const crfLossLaws: Readonly<Record<string, Law>> = {
  'likelihood, best labels and marginals are those of the paths': forCRFs(async (plain) => {
    const { crf, paths, labels } = plain;
    const logLikelihoods = paths.map((all, row) => -above(logPartitionOf(all), scoreOf(all, labels[row]!)));
    await sameOf(plain, 'log-likelihood', (x) => crf.logLikelihood(x, labelTensor(plain)), logLikelihoods);
    await sameOf(plain, 'log partition', (x) => crf.logPartition(x), paths.map(logPartitionOf));
    const best = paths.map((all) => Math.max(...all.map(({ score }) => score)));
    await sameOf(plain, 'best score', (x) => crf.bestScore(x), best);
    await sameOf(plain, 'score of the best labels', (x) => scoreOfDecoded(plain, x), best);
    await sameOf(plain, 'marginals', (x) => crf.marginals(x), marginalsOf(plain));
  }),
  'the k best labellings have the highest probabilities, and samples are possible': forCRFs(async (plain) => {
    const { crf, paths, rng } = plain;
    const probabilities = paths.map((all) => {
      const [logZ, one] = [logPartitionOf(all), all.map(({ score }) => score).toSorted((a, b) => b - a)];
      return [0, 1, 2].map((i) => (one[i] === undefined || one[i] === -Infinity ? 0 : Math.exp(one[i] - logZ)));
    });
    await sameOf(plain, 'probabilities', (x) => crf.kBest(x, 3).probabilities, probabilities.flat());
    const scoreOfEach = (x: Sequence, labels: tf.Tensor3D) =>
      tf.stack(
        tf.unstack(labels, 1).map((each) => crf.logLikelihood(x, tf.maximum(each, 0) as tf.Tensor2D)),
        1,
      );
    const ofLabels = (x: Sequence) => {
      const best = crf.kBest(x, 3);
      return tf.where(tf.greater(best.probabilities, 0), tf.exp(scoreOfEach(x, best.labels)), 0);
    };
    await sameOf(plain, 'probabilities of the labels', ofLabels, probabilities.flat());
    const samples = (x: Sequence) => tf.equal(scoreOfEach(x, crf.sample(x, 2, rng)), -Infinity);
    const none = paths.flatMap((all) => [0, 0].fill(Number(logPartitionOf(all) === -Infinity)));
    await sameOf(plain, 'impossible samples', samples, none);
  }),
  'partial labels: the loss is −log of the probability of what they allow, decoding keeps to them': forCRFs(
    async (plain) => {
      const { crf, paths, chain, rng } = plain;
      const ids = chain.mask.map((row) => row.map(() => rng.below(chain.initial.length + 1) - 1));
      const among = paths.map((all, row) =>
        all.filter((path) => path.labels.every((k, t) => k < 0 || ids[row]![t]! < 0 || ids[row]![t] === k)),
      );
      const expected = paths.map((all, row) => above(logPartitionOf(all), logPartitionOf(among[row]!)));
      await sameOf(plain, 'partial loss', (x) => partialLabelLoss(crf, x, ids), expected);
      const best = among.map((all) => Math.max(...all.map(({ score }) => score)));
      await sameOf(plain, 'best score', (x) => crf.bestScore(restrict(x, ids)), best);
      await sameOf(plain, 'restricted best labels', (x) => scoreOfDecoded(plain, restrict(x, ids)), best);
    },
  ),
  'smoothing mixes the labels with all possible paths alike': forCRFs(async (plain) => {
    const expected = plain.paths.map((all, row) => {
      const possible = all.filter(({ score }) => score > -Infinity);
      const average = possible.reduce((sum, { score }) => sum + score / possible.length, 0);
      return above(logPartitionOf(all), 0.8 * scoreOf(all, plain.labels[row]!) + 0.2 * average);
    });
    await sameOf(plain, 'smoothed loss', (x) => smoothedLoss(plain.crf, x, labelTensor(plain), 0.2), expected);
  }),
  'the average score op keeps the laws of ops': async (runs) => {
    const random = { name: 'ragged', inputs: randomPotentials(new Rng(5), [5, 3, 1, 0], 4), gradientCheck: {} };
    const drawn = fc.sample(plainChains, { numRuns: runs, seed: 12 }).map((chain, i) => ({
      name: `drawn chain ${i}`,
      inputs: tensorsOf(chain, Number.NaN),
      gradientCheck: false as const, // −∞ has no difference
    }));
    await verifyOp(
      linearChainAverageScore,
      [random, ...drawn].map((each) => ({ ...each, attributes: {}, tolerance })),
    );
  },
  'margins and risk are those of the costs of all paths': forCRFs(async (plain) => {
    const { crf, paths, chain, labels, rng } = plain;
    const table = chain.initial.map((_, i) => chain.initial.map((_, j) => (i === j ? 0 : rng.uniform())));
    const costOf = (row: number, path: Path) =>
      path.labels.reduce((sum, k, t) => sum + (k < 0 ? 0 : table[labels[row]![t]!]![k]!), 0);
    const costs = () => tableCosts(labelTensor(plain), tf.tensor2d(table));
    const own = paths.map((all, row) => scoreOf(all, labels[row]!));
    const raised = paths.map((all, row) => all.map((path) => ({ ...path, score: path.score + costOf(row, path) })));
    const losses = (totals: number[]) => totals.map((total, row) => above(total, own[row]!));
    const best = (all: Path[][]) => losses(all.map((each) => Math.max(...each.map(({ score }) => score))));
    const [y, softmax] = [() => labelTensor(plain), losses(raised.map(logPartitionOf))];
    await sameOf(plain, 'softmax-margin', (x) => softmaxMarginLoss(crf, x, y(), costs()), softmax);
    await sameOf(plain, 'hinge', (x) => structuredHingeLoss(crf, x, y(), costs()), best(raised));
    await sameOf(plain, 'perceptron', (x) => structuredPerceptronLoss(crf, x, y()), best(paths));
    const risk = paths.map((all, row) => expectation(all, (path) => costOf(row, path)));
    await sameOf(plain, 'risk', (x) => minimumRiskLoss(crf, x, costs()), risk);
  }),
  'gradients of all losses are what finite differences say': async () => {
    const { emission, mask } = randomPotentials(new Rng(3), [4, 2, 1], 3);
    const labels = tf.tensor2d([0, 2, 1, 1, 2, 0, -1, -1, 1, -1, -1, -1], [3, 4], 'int32');
    const unknown = tf.tensor2d([0, -1, 1, -1, -1, 0, -1, -1, -1, -1, -1, -1], [3, 4], 'int32');
    const costs = hammingCosts(labels, 3);
    for (const crf of [CRF, SecondOrderCRF].map((Kind) => new Kind({ labelCount: 3, rng: new Rng(4) }))) {
      const variables = [...crf.namedVariables()].map(([, variable]) => variable);
      const losses: ((emissions: Sequence) => tf.Tensor1D)[] = [
        (x) => partialLabelLoss(crf, x, unknown),
        (x) => smoothedLoss(crf, x, labels, 0.3),
        (x) => softmaxMarginLoss(crf, x, labels, costs),
        (x) => minimumRiskLoss(crf, x, costs),
        (x) => structuredHingeLoss(crf, x, labels, tf.mul(3, costs)), // a margin so wide that no other path comes near
      ];
      for (const loss of losses) {
        const mean = (values: tf.Tensor) => meanOverSequences(loss({ values: values as tf.Tensor3D, mask }), mask);
        await checkGradients(mean as (...xs: tf.Tensor[]) => tf.Scalar, [emission, ...variables]);
        await expectNoLeak(() => tf.dispose(tf.variableGrads(() => mean(emission), variables)));
      }
      crf.dispose();
    }
  },
  'reductions are pytorch-crf’s mean and token_mean, without the sequences that have no step': async () => {
    const mask = tf.tensor2d([1, 1, 0, 0, 1, 0, 0, 0, 0], [3, 3], 'bool');
    const losses = tf.tensor1d([2, 4, 0]);
    await expectClose(meanOverSequences(losses, mask), [3], tolerance, 'mean over sequences');
    await expectClose(meanOverSteps(losses, mask), [2], tolerance, 'mean over steps');
    const nothing = tf.zeros<tf.Rank.R2>([3, 3], 'bool');
    await expectClose(meanOverSteps(tf.zeros([3]), nothing), [0], 0, 'mean over no steps');
    const crf = new CRF({ labelCount: 2 });
    const emissions = sequence(tf.zeros([3, 3, 2]), nothing);
    await expectClose(smoothedLoss(crf, emissions, tf.zeros([3, 3], 'int32'), 0.1), [0, 0, 0], 0, 'loss of nothing');
    crf.dispose();
  },
};

function above(total: number, score: number): number {
  return score === -Infinity ? Infinity : total - score;
}

function scoreOf(all: readonly Path[], labels: readonly number[]): number {
  return all.find((path) => String(path.labels) === String(labels))!.score;
}

function expectation(all: readonly Path[], value: (path: Path) => number): number {
  const logZ = logPartitionOf(all);
  if (logZ === -Infinity) return 0;
  return all.reduce((sum, path) => sum + Math.exp(path.score - logZ) * value(path), 0);
}

function marginalsOf({ chain, paths }: PlainCRF): number[] {
  return chain.emission.flatMap((steps, row) =>
    steps.flatMap((values, t) =>
      values.map((_, k) => expectation(paths[row]!, ({ labels }) => Number(labels[t] === k))),
    ),
  );
}

/** −∞ where nothing was decoded. */
function scoreOfDecoded({ crf }: PlainCRF, emissions: Parameters<CRF['decode']>[0]): tf.Tensor1D {
  const decoded = crf.decode(emissions);
  const none = tf.logicalAnd(tf.any(emissions.mask, 1), tf.all(tf.less(decoded, 0), 1));
  const score = crf.score(emissions, tf.maximum(decoded, tf.zerosLike(decoded)));
  return tf.where(none, tf.fill(score.shape, -Infinity), score) as tf.Tensor1D;
}
