/** Laws of hard constraints and of labels known in part: what is left are exactly the paths that keep to them. */
import { Rng } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import { LinearChain } from '../chain/linear-chain.js';
import type { PartialLabels, Restriction } from '../chain/restriction.js';
import type { StepLabels } from '../constraints/allowed-labels.js';
import { logPartitionOf, type Path, type PlainChain, paths } from './enumeration.js';
import { forChains, type Law, nested, same, tolerance } from './for-chains.js';

export const restrictionLaws: Readonly<Record<string, Law>> = {
  'a restricted chain has the allowed paths, with their scores': forChains(async (chain) => {
    const rng = new Rng(chain.mask.flat().length);
    const K = chain.initial.length;
    const flags = () => chain.initial.map(() => Number(rng.uniform() < 0.7));
    const constraints = { initial: flags(), transition: chain.initial.map(flags), final: flags() };
    const allowed = chain.mask.map((row) => row.map(() => stepLabels(K, rng)));
    const keep = (row: number, { labels }: Path) =>
      obeys(labels, constraints) && labels.every((k, t) => k < 0 || may(allowed[row]![t]!, k));
    await sameAsPaths(chain, { ...constraints, labels: allowed }, keep);
  }),
  'labels may be ids with −1 for unknown, lists or flags, all meaning the same': forChains(async (chain) => {
    const rng = new Rng(chain.mask.flat().length);
    const [B, T, K] = [chain.mask.length, chain.mask[0]!.length, chain.initial.length];
    const ids = chain.mask.map((row) => row.map(() => rng.below(K + 1) - 1));
    const filled = ids.map((row, b) => row.map((id, t) => (chain.mask[b]![t] ? id : 77)));
    const flags = ids.flat().flatMap((id) => chain.initial.map((_, k) => id < 0 || id === k));
    const forms: (() => PartialLabels)[] = [
      () => ids,
      () => tf.tensor2d(filled.flat(), [B, T], 'int32'),
      () => tf.tensor3d(flags, [B, T, K], 'bool'),
    ];
    for (const labels of forms) {
      await sameAsPaths(
        chain,
        () => ({ labels: labels() }),
        (row, path) => path.labels.every((k, t) => k < 0 || may(ids[row]![t]!, k)),
      );
    }
  }),
};

type Keep = (row: number, path: Path) => boolean;

async function sameAsPaths(
  chain: PlainChain,
  restriction: Restriction | (() => Restriction),
  keep: Keep,
): Promise<void> {
  const left = chain.mask.map((_, row) => paths(chain, row).filter((path) => keep(row, path)));
  const restrict = (tensors: ChainPotentials) =>
    new LinearChain(tensors).restrict(typeof restriction === 'function' ? restriction() : restriction);
  await same(chain, 'log partition', (tensors) => restrict(tensors).logPartition(), left.map(logPartitionOf));
  const best = left.map((each) => Math.max(...each.map(({ score }) => score)));
  await same(chain, 'Viterbi score', (tensors) => restrict(tensors).viterbi().score, best);
  const found = await nested(chain, (tensors) => restrict(tensors).viterbi().path);
  for (const [row, labels] of found.entries()) {
    const score = left[row]!.find((path) => String(path.labels) === String(labels))?.score;
    await expectClose([score ?? -Infinity], [best[row]!], tolerance, 'score of the Viterbi path');
  }
}

function stepLabels(K: number, rng: Rng): StepLabels {
  const set = Array.from({ length: K }, (_, k) => k).filter(() => rng.uniform() < 0.6);
  if (set.length === 0) return rng.below(K + 1) - 1;
  return rng.uniform() < 0.5 ? set : Array.from({ length: K }, (_, k) => set.includes(k));
}

function may(step: StepLabels, label: number): boolean {
  if (typeof step === 'number') return step < 0 || step === label;
  return typeof step[0] === 'boolean' ? Boolean(step[label]) : (step as readonly number[]).includes(label);
}

function obeys(labels: number[], { initial, transition, final }: Restriction): boolean {
  const path = labels.filter((label) => label >= 0);
  if (path.length === 0) return true;
  const moves = path.slice(1).every((to, i) => transition![path[i]!]![to]);
  return Boolean(initial![path[0]!]) && moves && Boolean(final![path.at(-1)!]);
}
