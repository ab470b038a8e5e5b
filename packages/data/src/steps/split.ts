/** Examples into parts for training and testing: what belongs together, such as one speaker's or one document's, never lies in two parts. */
import { OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';

export interface GroupOptions<T> {
  /** What an example belongs to: examples of equal groups stay together; each stands alone unless told. */
  group?: (example: T) => unknown;
  /** What should be as frequent in every part, such as the label; of a group, that of most of its examples counts. */
  stratify?: (example: T) => unknown;
  /** Draws who comes into which part; without it the examples' order decides, the same at every run. */
  rng?: Rng;
}

export interface TrainDevTestOptions<T> extends GroupOptions<T> {
  /** The share of the examples for development, such as 0.1; none unless told. */
  dev?: number;
  /** The share for the test. */
  test: number;
}

export interface KFoldOptions<T> extends GroupOptions<T> {
  /** How many times an example is in training but once: 2 or more. */
  folds: number;
}

/** The three parts, each in the examples' order; their sizes are exact, or as near as whole groups allow. */
export function trainDevTest<T>(
  examples: readonly T[],
  options: TrainDevTestOptions<T>,
): { train: T[]; dev: T[]; test: T[] } {
  knownOptions('trainDevTest', options, ['dev', 'test', 'group', 'stratify', 'rng']);
  const { dev = 0, test } = options;
  if (within('trainDevTest', 'dev', dev, 0, 1) + within('trainDevTest', 'test', test, 0, 1) > 1) {
    throw new OptionError('trainDevTest', `\`dev\` and \`test\` must sum to at most 1, got ${show(options)}`);
  }
  const total = examples.length;
  const inDev = Math.round(dev * total);
  const inTest = Math.min(Math.round(test * total), total - inDev);
  const parts = partition(examples, [total - inDev - inTest, inDev, inTest], options);
  const part = (index: number) => examples.filter((_, i) => parts[i] === index);
  return { train: part(0), dev: part(1), test: part(2) };
}

/** A pair of training and test examples for each fold, in the examples' order: every example is tested exactly once. */
export function kFold<T>(examples: readonly T[], options: KFoldOptions<T>): { train: T[]; test: T[] }[] {
  knownOptions('kFold', options, ['folds', 'group', 'stratify', 'rng']);
  const folds = count('kFold', 'folds', options.folds, 2);
  const sizes = Array.from({ length: folds }, (_, fold) => Math.floor((examples.length + fold) / folds));
  const parts = partition(examples, sizes, options);
  if (new Set(parts).size < folds) {
    throw new OptionError('kFold', `${folds} folds need as many examples or groups, of which there are fewer`);
  }
  return sizes.map((_, fold) => ({
    train: examples.filter((_, i) => parts[i] !== fold),
    test: examples.filter((_, i) => parts[i] === fold),
  }));
}

/** The part of each example. */
function partition<T>(examples: readonly T[], sizes: readonly number[], options: GroupOptions<T>): number[] {
  const { group, stratify, rng } = options;
  const groups = [...indicesBy(examples, group ?? ((_, i) => i)).values()];
  const drawn = rng ? rng.shuffled(groups) : groups;
  const largestFirst = drawn.sort((a, b) => b.length - a.length);
  const parts = new Array<number>(examples.length);
  const order = stratify ? byStratum(largestFirst, examples.map(stratify)) : largestFirst;
  const target = stratify ? inProportion(sizes) : () => sizes;
  const filled = sizes.map(() => 0);
  let dealt = 0;
  for (const members of order) {
    dealt += members.length;
    const wanted = target(dealt);
    const missing = filled.map((size, part) => (size < sizes[part]! ? wanted[part]! - size : -Infinity));
    const part = missing.indexOf(Math.max(...missing));
    filled[part]! += members.length;
    for (const i of members) parts[i] = part;
  }
  return parts;
}

/** How much of each part should be filled when `dealt` examples are dealt: where strata come one after another, each is spread over all parts. */
function inProportion(sizes: readonly number[]): (dealt: number) => number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return (dealt) => sizes.map((size) => (size * dealt) / total);
}

/** Groups of the same stratum one after another. */
function byStratum(groups: readonly number[][], strata: readonly unknown[]): number[][] {
  const main = (members: readonly number[]) => {
    const counts = [...indicesBy(members, (i) => strata[i])];
    return counts.reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];
  };
  const found = indicesBy(groups, main);
  return [...found.values()].flatMap((indices) => indices.map((i) => groups[i]!));
}

function indicesBy<T>(items: readonly T[], key: (item: T, index: number) => unknown): Map<unknown, number[]> {
  const found = new Map<unknown, number[]>();
  items.forEach((item, i) => {
    const indices = found.get(key(item, i));
    if (indices) indices.push(i);
    else found.set(key(item, i), [i]);
  });
  return found;
}
