/** Laws of attention's normalisers. */
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '../rng.js';
import type { Normalizer } from '../scorer.js';
import { checkGradients } from './check-gradients.js';
import { expectNoLeak } from './expect-no-leak.js';
import { demand, law } from './law.js';
import { compare, compute, indices, type Numbers } from './numbers.js';
import { observe, sameObservation } from './observe.js';
import { maskOf, normals, raggedRows, weightedSum } from './samples.js';

/** The same arithmetic in another order. */
const tolerance = 1e-5;

interface NormalizerTrial {
  readonly normalize: Normalizer;
  /** [1,4,5] with the mask of the same shape: the rows of `raggedRows` as queries. */
  readonly energies: tf.Tensor3D;
  readonly mask: tf.Tensor3D;
}

/**
 * Throws unless `normalize` keeps the contract: weights ≥ 0 that are 0 where masked, with gradient 0, also where a row has no allowed key;
 * what stands at masked places changes nothing; energies of ±1e4 and −∞ never give NaN; rows do not meet; permuted keys give permuted
 * weights; a mask with 1 in place of B or Q means the spread one; gradients are right; nothing leaks.
 */
export async function verifyNormalizer(normalize: Normalizer): Promise<void> {
  const energies = tf.tidy(() => normals<tf.Rank.R3>(new Rng(5), [1, raggedRows.length, 5]));
  const mask = tf.tidy(() => tf.reshape(maskOf(raggedRows), [1, raggedRows.length, 5]) as tf.Tensor3D);
  const trial = { normalize, energies, mask };
  try {
    await law('weights are ≥ 0, and 0 where masked', () => masked(trial));
    await law('masked energies have gradient 0', () => maskedGradients(trial));
    await law('what stands at masked places changes nothing, in values and gradients', () => maskedEnergies(trial));
    await law('extreme energies give finite weights and gradients', () => extremes(trial));
    await law('rows do not meet', () => rows(trial));
    await law('a mask that queries or batch rows share need not be spread', () => sharedMasks(normalize));
    await law('permuted keys give permuted weights', () => permuted(trial));
    await checkGradients((x) => weightedSum([normalize(x as tf.Tensor3D, mask)], new Rng(11)), [energies], {
      names: ['energies'],
    });
    await expectNoLeak(() => tf.tidy(() => void normalize(energies, mask)));
    await expectNoLeak(() => observe(() => ({ weights: normalize(energies, mask) }), { energies }));
  } finally {
    tf.dispose([energies, mask]);
  }
}

const isMasked = (i: number) => raggedRows.flat()[i] === 0;

async function masked({ normalize, energies, mask }: NormalizerTrial): Promise<void> {
  const { weights } = await compute(() => ({ weights: normalize(energies, mask) }));
  compare('weights', weights, { data: new Float32Array(weights.data.length), shape: energies.shape }, 0, isMasked);
  nonNegative(weights);
}

function nonNegative({ data, shape }: Required<Numbers>): void {
  const wrong = Array.from(data).findIndex((weight) => !(weight >= 0 && weight < Infinity));
  demand(wrong < 0, `weights[${indices(wrong, shape)}] is ${data[wrong]}`);
}

async function maskedGradients({ normalize, energies, mask }: NormalizerTrial): Promise<void> {
  const seen = await observe(() => ({ weights: normalize(energies, mask) }), { energies });
  const zeros = { data: new Float32Array(energies.size) };
  compare('d energies', seen['d energies']!, zeros, 0, isMasked);
}

async function maskedEnergies({ normalize, energies, mask }: NormalizerTrial): Promise<void> {
  const seen = (filler: number) => {
    const filled = tf.tidy(() => tf.where<tf.Tensor>(mask, energies, tf.scalar(filler)) as tf.Tensor3D);
    return observe(() => ({ weights: normalize(filled, mask) }), { energies: filled }).finally(() => filled.dispose());
  };
  const expected = await seen(0);
  for (const filler of [-Infinity, 1e30, -1e30]) sameObservation(await seen(filler), expected, 0);
}

async function extremes({ normalize, energies, mask }: NormalizerTrial): Promise<void> {
  const scaled = tf.tidy(() => tf.mul<tf.Tensor3D>(energies, 1e4));
  const infinite = tf.tidy(
    () => tf.where<tf.Tensor>(tf.less(energies, 0), tf.scalar(-Infinity), energies) as tf.Tensor3D,
  );
  const nothing = tf.tidy(() => tf.fill<tf.Rank.R3>(energies.shape, -Infinity));
  try {
    for (const extreme of [scaled, infinite, nothing]) {
      const seen = await observe(() => ({ weights: normalize(extreme, mask) }), { energies: extreme });
      nonNegative(seen.weights!);
      const { data, shape } = seen['d energies']!;
      const wrong = Array.from(data).findIndex((gradient) => !Number.isFinite(gradient));
      demand(wrong < 0, `the gradient at [${indices(wrong, shape)}] is ${data[wrong]}`);
    }
  } finally {
    tf.dispose([scaled, infinite, nothing]);
  }
}

async function rows({ normalize, energies, mask }: NormalizerTrial): Promise<void> {
  const { together, single } = await compute(() => {
    const parts = raggedRows.map((_, q) =>
      normalize(tf.slice(energies, [0, q], [1, 1]), tf.slice(mask, [0, q], [1, 1])),
    );
    return { together: normalize(energies, mask), single: tf.concat(parts, 1) };
  });
  compare('weights', single, together, tolerance);
}

async function sharedMasks(normalize: Normalizer): Promise<void> {
  const shape: [number, number, number] = [2, 3, 5];
  const { spread, shared } = await compute(() => {
    const energies = normals<tf.Rank.R3>(new Rng(6), shape);
    const all = tf.reshape(tf.slice(maskOf(raggedRows), 1), shape.with(0, 1)); // [1,3,5]
    const masks = [all, tf.slice(all, [0, 1], [1, 1]), tf.reshape(tf.slice(maskOf(raggedRows), 2), [2, 1, 5])];
    const both = masks.map((mask) => [
      normalize(energies, mask as tf.Tensor3D),
      normalize(energies, tf.cast(tf.broadcastTo(tf.cast(mask, 'int32'), shape), 'bool') as tf.Tensor3D),
    ]);
    return { shared: tf.stack(both.map(([few]) => few!)), spread: tf.stack(both.map(([, full]) => full!)) };
  });
  compare('weights', shared!, spread!, tolerance);
}

async function permuted({ normalize, energies, mask }: NormalizerTrial): Promise<void> {
  const { before, after } = await compute(() => ({
    before: tf.reverse(normalize(energies, mask), 2),
    after: normalize(tf.reverse(energies, 2), tf.reverse(mask, 2)),
  }));
  compare('weights', after, before, tolerance);
}
