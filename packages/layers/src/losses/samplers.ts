/** Which classes a sampled softmax compares the target with. */
import type { Rng } from '@seqloom/core';
import { count, DataError, OptionError, within } from '@seqloom/core';

/** Draws different classes; in so many tries, the class of probability p is among them with probability 1 − (1 − p)^tries. */
export interface ClassSampler {
  /** log(1 − p) of each class [V]. */
  readonly logMisses: Float32Array;
  /** `size` different classes, and how many tries it took. */
  draw(size: number, rng: Rng): { classes: Int32Array; tries: number };
}

/** Probabilities like log((id + 2)/(id + 1)), Zipf's law: for ids sorted by falling frequency. */
export function logUniformSampler(vocabularySize: number): ClassSampler {
  const V = count('logUniformSampler', 'vocabularySize', vocabularySize);
  const range = Math.log(V + 1);
  const pick = (rng: Rng) => Math.min(V - 1, Math.floor(Math.exp(rng.uniform() * range)) - 1);
  return samplerOf(V, pick, (id) => Math.log1p(1 / (id + 1)) / range);
}

/** Probabilities like frequency^power, ¾ unless told (arXiv:1310.4546): for any order of ids. Throws OptionError, and DataError on bad frequencies. */
export function unigramSampler(
  frequencies: ArrayLike<number>,
  { power = 0.75 }: { power?: number } = {},
): ClassSampler {
  within('unigramSampler', 'power', power, 0);
  const V = count('unigramSampler', 'frequencies.length', frequencies.length);
  const sums = new Float64Array(V);
  let total = 0;
  for (let id = 0; id < V; id++) {
    if (!(frequencies[id]! > 0) || frequencies[id] === Infinity) {
      throw new DataError('unigramSampler', `the frequency of ${id} is ${frequencies[id]}: it must be above 0`);
    }
    total += frequencies[id]! ** power;
    sums[id] = total;
  }
  const pick = (rng: Rng) => Math.min(V - 1, firstAbove(sums, rng.uniform() * total));
  return samplerOf(V, pick, (id) => (sums[id]! - (sums[id - 1] ?? 0)) / total);
}

function samplerOf(V: number, pick: (rng: Rng) => number, probability: (id: number) => number): ClassSampler {
  return {
    logMisses: Float32Array.from({ length: V }, (_, id) => Math.log1p(-probability(id))),
    draw(size, rng) {
      if (size > V) throw new OptionError('ClassSampler.draw', `there are no ${size} different classes among ${V}`);
      const classes = new Set<number>();
      let tries = 0;
      for (; classes.size < size; tries++) classes.add(pick(rng));
      return { classes: Int32Array.from(classes), tries };
    },
  };
}

/** The first place whose number is above x, in rising numbers. */
function firstAbove(rising: Float64Array, x: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
