/** The laws of a semiring whose elements are tensors, checked on numbers around 0 and on impossible ones. */
import type { Rng } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { impossible } from '../chain/impossible.js';
import type { Semiring } from '../chain/semiring.js';

/** Float32 sums of a few numbers below 10. */
const tolerance = 1e-5;

/** Throws unless the laws hold; statistics, for semirings that take some, are multiples of the potentials, so that they too turn + into times. */
export async function verifySemiring<E>(semiring: Semiring<E>, rng: Rng, statistics = 0): Promise<void> {
  const { times, sum, expandDims, where, lower } = semiring;
  const lift = (x: tf.Tensor) => semiring.lift(x, ...Array.from({ length: statistics }, (_, i) => tf.mul(x, i - 0.5)));
  const draw = (shape: number[]) =>
    tf.tensor(
      Array.from({ length: 24 }, () => 3 * rng.normal()),
      shape,
    );
  const same = async (law: string, left: () => E, right: () => E) => {
    const [actual, expected] = [tf.tidy(() => lower(left())), tf.tidy(() => lower(right()))];
    await expectClose(actual, expected, tolerance, law);
    tf.dispose([actual, expected]);
  };
  const [x, y, z] = [draw([2, 3, 4]), draw([2, 3, 4]), draw([2, 3, 4])];
  const [a, b, c] = [lift(x), lift(y), lift(z)];
  const one = lift(tf.zerosLike(x));
  const zero = lift(tf.fill(x.shape, impossible));
  const keep = tf.greater(x, y);
  await same(
    'times is associative',
    () => times(times(a, b), c),
    () => times(a, times(b, c)),
  );
  await same(
    'lift(0) is one',
    () => times(a, one),
    () => a,
  );
  await same(
    'lift turns + into times',
    () => lift(tf.add(x, y)),
    () => times(a, b),
  );
  await same(
    'lift(−∞) absorbs',
    () => times(a, zero),
    () => zero,
  );
  await same(
    'lift(−∞) adds nothing',
    () => sum(lift(tf.concat([x, tf.fill([2, 3, 2], impossible)], 2))),
    () => sum(a),
  );
  await same(
    'sum is associative',
    () => sum(sum(a)),
    () => sum(lift(tf.reshape(x, [2, 12]))),
  );
  await same(
    'sum is commutative',
    () => sum(lift(tf.reverse(x, 2))),
    () => sum(a),
  );
  const factor = lift(tf.slice(y, [0, 0, 0], [2, 3, 1]));
  await same(
    'times distributes over sum',
    () => sum(times(factor, a)),
    () => sum(times(expandDims(sum(factor), 2), a)),
  );
  await same(
    '… on both sides',
    () => sum(times(factor, a)),
    () => times(sum(factor), sum(a)),
  );
  await same(
    'where picks',
    () => where(keep, a, b),
    () => lift(tf.where(keep, x, y)),
  );
  const nothing = tf.tidy(() => lower(zero));
  const values = new Set(await nothing.data<'float32'>());
  if (![-Infinity, 0].some((value) => values.has(value)) || values.size > 1) {
    throw new Error(`impossible is ${[...values]} in the end`);
  }
}
