/** What a linear chain answers beyond its sums and its best path, against enumeration. */
import { Rng } from '@seqloom/core';
import { checkGradients, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { chainSum } from '../chain/chain-sum.js';
import { LinearChain } from '../chain/linear-chain.js';
import { minimumRiskAmong } from '../chain/minimum-risk-among.js';
import { entropySemiring } from '../chain/semirings/entropy.js';
import { expectationSemiring } from '../chain/semirings/expectation.js';
import { averageOver, counted, logPartitionOf, type Path, type PlainChain, paths } from './enumeration.js';
import { forChains, type Law, nested, same, tolerance } from './for-chains.js';
import { plainOf, randomPotentials, randomStatistic, statisticTensors, tensorsOf } from './plain-chains.js';

/** Sums of probability·score. */
const coarse = 5 * tolerance;

export const answerLaws: Readonly<Record<string, Law>> = {
  'the k best paths are different ones, in order, with their scores': forChains(async (chain) => {
    const k = 5;
    const all = chain.mask.map((_, row) => possible(chain, row).sort((a, b) => b.score - a.score));
    const scores = all.flatMap((each) => Array.from({ length: k }, (_, i) => each[i]?.score ?? -Infinity));
    await same(chain, 'scores', (tensors) => new LinearChain(tensors).kBest(k).scores, scores);
    const found = await nested<number[][][]>(chain, (tensors) => new LinearChain(tensors).kBest(k).paths);
    for (const [row, each] of found.entries()) {
      const count = Math.min(k, all[row]!.length);
      const scoreOf = new Map(all[row]!.map(({ labels, score }) => [String(labels), score]));
      const named = each.map(String);
      if (new Set(named.slice(0, count)).size < count) throw new Error('a path comes twice');
      await expectClose(
        named.slice(0, count).map((path) => scoreOf.get(path) ?? Number.NaN),
        scores.slice(row * k, row * k + count),
        tolerance,
        'path',
      );
      if (
        each
          .slice(count)
          .flat()
          .some((label) => label !== -1)
      )
        throw new Error('there is no such path');
    }
  }),
  'samples are paths, as often as they are probable': async () => {
    const potentials = randomPotentials(new Rng(21), [3, 2, 0], 2);
    const [hole, draws] = [tf.tensor2d([1, 1, 1, 1, 0, 1, 0, 0, 0], [3, 3], 'bool'), 4000];
    const chain = { ...potentials, mask: hole };
    const drawn = (await new LinearChain(chain).sample(draws, new Rng(22)).array()) as number[][][];
    const again = (await new LinearChain(chain).sample(draws, new Rng(22)).array()) as number[][][];
    await expectClose(drawn.flat(2), again.flat(2), 0, 'the same seed');
    const plain = await plainOf(chain);
    for (const [row, each] of drawn.entries()) {
      const all = paths(plain, row);
      const counts = new Map<string, number>(all.map(({ labels }) => [String(labels), 0]));
      for (const path of each) counts.set(String(path), counts.get(String(path))! + 1);
      for (const { labels, score } of all) {
        const p = Math.exp(score - logPartitionOf(all));
        const often = counts.get(String(labels))! / draws;
        await expectClose([often], [p], 5 * Math.sqrt((p * (1 - p)) / draws) + 1e-9, `how often ${labels} is drawn`);
      }
    }
  },
  'samples of any chain are possible': forChains(async (chain) => {
    const drawn = await nested<number[][][]>(chain, (tensors) => new LinearChain(tensors).sample(3, new Rng(1)));
    for (const [row, each] of drawn.entries()) {
      const known = new Set(possible(chain, row).map(({ labels }) => String(labels)));
      if (known.size === 0) known.add(String(chain.mask[row]!.map(() => -1)));
      if (!each.every((path) => known.has(String(path)))) throw new Error(`${each} is impossible`);
    }
  }),
  'averages, variances, entropy and divergence': forChains(async (chain) => {
    const statistic = randomStatistic(chain, new Rng(31));
    const value = (row: number, path: Path) => counted(statistic, chain, row, path);
    const rows = <Value>(f: (row: number) => Value) => chain.mask.map((_, row) => f(row));
    const means = rows((row) => averageOver(chain, row, (path) => value(row, path)));
    const variances = rows((row) => averageOver(chain, row, (path) => (value(row, path) - means[row]!) ** 2));
    await same(
      chain,
      'average',
      (tensors) => new LinearChain(tensors).expectation(statisticTensors(statistic)),
      means,
      coarse,
    );
    await same(
      chain,
      'variance',
      (tensors) => new LinearChain(tensors).covariance(statisticTensors(statistic)),
      variances,
      coarse,
    );
    const entropies = rows((row) => averageOver(chain, row, (_, logProbability) => -logProbability));
    await same(chain, 'entropy', (tensors) => new LinearChain(tensors).entropy(), entropies, coarse);
    const other = { ...chain, ...randomStatistic(chain, new Rng(32)) };
    const q = (row: number, path: Path) =>
      paths(other, row).find(({ labels }) => String(labels) === String(path.labels))!.score -
      logPartitionOf(paths(other, row));
    const divergences = rows((row) => averageOver(chain, row, (path, logProbability) => logProbability - q(row, path)));
    await same(
      chain,
      'divergence',
      (tensors) => new LinearChain(tensors).kl(new LinearChain(tensorsOf(other))),
      divergences,
      coarse,
    );
    await same(
      chain,
      'divergence from itself',
      (tensors) => new LinearChain(tensors).kl(new LinearChain(tensors)),
      rows(() => 0),
      coarse,
    );
  }),
  'divergence is infinite where the other chain forbids what happens': async () => {
    const p = randomPotentials(new Rng(33), [3, 3], 2);
    const q = new LinearChain(p).restrict({ labels: [[-1, 0], []] });
    const [first, second] = (await new LinearChain(p).kl(q).array()) as number[];
    await expectClose([first!, second!], [Infinity, 0], coarse, 'divergence');
    const back = q.kl(new LinearChain(p));
    await expectClose(back, tf.neg(tf.sub(q.logPartition(), new LinearChain(p).logPartition())), coarse, 'and back');
  },
  'max-marginal and minimum-risk paths cost least': forChains(async (chain) => {
    const K = chain.initial.length;
    const posterior = await nested(chain, (tensors) => new LinearChain(tensors).posteriorDecode());
    const marginal = (row: number, t: number, k: number) =>
      averageOver(chain, row, ({ labels }) => Number(labels[t] === k));
    for (const [row, labels] of posterior.entries()) {
      if (possible(chain, row).length === 0 && labels.some((label) => label >= 0)) throw new Error('there is no path');
      for (const [t, label] of labels.entries()) {
        if (label < 0) continue;
        const best = Math.max(...chain.initial.map((_, k) => marginal(row, t, k)));
        await expectClose([marginal(row, t, label)], [best], tolerance, 'marginal');
      }
    }
    const loss = chain.initial.map((_, i) => chain.initial.map((_, j) => ((i * K + j) % 5) + Number(i !== j)));
    const cost = (a: Path, b: Path) =>
      a.labels.reduce((sum, label, t) => sum + (label < 0 ? 0 : loss[label]![b.labels[t]!]!), 0);
    const risks = chain.mask.map((_, row) => {
      const all = possible(chain, row);
      return Math.min(...all.map((path) => averageOver(chain, row, (right) => cost(path, right))));
    });
    await same(chain, 'risk', (tensors) => new LinearChain(tensors).minimumRisk(loss).risk, risks, coarse);
  }),
  'among all paths, the one of least risk for any loss': forChains(async (chain) => {
    const changes = (path: readonly number[]) => path.filter((label, i) => label !== path[i - 1]).length;
    const loss = (a: readonly number[], b: readonly number[]) =>
      (changes(a) - changes(b)) ** 2 + Number(String(a) !== String(b));
    const tensors = tensorsOf(chain);
    const { paths: found, risks } = await minimumRiskAmong(new LinearChain(tensors), 81, loss);
    tf.dispose(Object.values(tensors));
    const real = ({ labels }: Path) => labels.filter((label) => label >= 0);
    const risk = (row: number, path: Path) => averageOver(chain, row, (right) => loss(real(path), real(right)));
    const expected = chain.mask.map((_, row) => Math.min(...possible(chain, row).map((path) => risk(row, path))));
    await expectClose(risks, expected, coarse, 'risk');
    const own = found.map((labels, row) => {
      const path = possible(chain, row).find((each) => String(each.labels) === String(labels));
      return path ? risk(row, path) : Infinity;
    });
    await expectClose(own, expected, coarse, 'risk of its path');
  }),
  'entropies and averages have the gradients of the semirings': async () => {
    const { mask, ...parts } = randomPotentials(new Rng(41), [4, 2, 1], 3);
    const statistic = { ...randomPotentials(new Rng(42), [4, 2, 1], 3), mask: undefined };
    const gradient = (f: (chain: typeof potentials) => tf.Tensor) =>
      tf.grad((x: tf.Tensor) => tf.sum(f({ ...parts, mask, emission: x as tf.Tensor3D })))(parts.emission);
    const potentials = { ...parts, mask };
    const { mask: _, ...counts } = statistic;
    const entropy = (chain: typeof potentials) => new LinearChain(chain).entropy();
    await expectClose(
      gradient(entropy),
      gradient((chain) => chainSum(entropySemiring, chain)),
      coarse,
      'of the entropy',
    );
    const average = (chain: typeof potentials) => new LinearChain(chain).expectation(counts);
    await expectClose(
      gradient(average),
      gradient((chain) => chainSum(expectationSemiring, chain, counts)),
      coarse,
      'of the average',
    );
    const q = new LinearChain(randomPotentials(new Rng(43), [4, 2, 1], 3));
    const xs = Object.values(parts) as tf.Tensor[];
    const chain = ([initial, final, transition, emission]: tf.Tensor[]) =>
      new LinearChain({ initial, final, transition, emission, mask } as never);
    await checkGradients((...moved) => tf.sum(chain(moved).kl(q)), xs);
    await checkGradients((...moved) => tf.sum(chain(moved).kBest(3).scores), xs);
  },
  'no answer leaks': async () => {
    const chain = new LinearChain(randomPotentials(new Rng(51), [4, 2], 3));
    await expectNoLeak(() =>
      tf.dispose([
        chain.kBest(3),
        chain.sample(2, new Rng(1)),
        chain.posteriorDecode(),
        chain.minimumRisk([
          [0, 1, 1],
          [1, 0, 1],
          [1, 1, 0],
        ]) as never,
        chain.entropy(),
        chain.kl(chain),
        chain.covariance({}),
      ] as tf.Tensor[]),
    );
  },
};

function possible(chain: PlainChain, row: number): Path[] {
  return paths(chain, row).filter(({ score }) => score > -Infinity);
}
