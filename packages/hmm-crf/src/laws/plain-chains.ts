/** Chains for laws: as numbers, as tensors, and drawn by fast-check. */
import { lengthMask, type Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import type { Statistic } from '../chain/statistic.js';
import { isPerStep, type PlainChain, type PlainStatistic } from './enumeration.js';

/** The tensors of a chain, with `filler` instead of whatever stands at masked places. */
export function tensorsOf(chain: PlainChain, filler?: number): Required<ChainPotentials> {
  const [B, T, K] = [chain.mask.length, chain.mask[0]!.length, chain.initial.length];
  const padded = (row: number, t: number, values: number[]) =>
    chain.mask[row]![t] || filler === undefined ? values : values.map(() => filler);
  const emission = chain.emission.flatMap((steps, row) => steps.flatMap((values, t) => padded(row, t, values)));
  return {
    initial: tf.tensor1d(chain.initial),
    final: tf.tensor1d(chain.final),
    transition: isPerStep(chain.transition)
      ? tf.tensor4d(
          chain.transition.flatMap((steps, row) => steps.flatMap((matrix, t) => padded(row, t + 1, matrix.flat()))),
          [B, T - 1, K, K],
        )
      : tf.tensor2d(chain.transition.flat(), [K, K]),
    emission: tf.tensor3d(emission, [B, T, K]),
    mask: tf.tensor2d(chain.mask.flat(), [B, T], 'bool'),
  };
}

/** Small chains of every kind: ragged, with holes, with nothing real, with forbidden states and moves, with moves that differ from step to step. */
export const plainChains: fc.Arbitrary<PlainChain> = fc
  .record({
    B: fc.integer({ min: 1, max: 3 }),
    T: fc.integer({ min: 1, max: 4 }),
    K: fc.integer({ min: 1, max: 3 }),
    perStep: fc.boolean(),
    forbid: fc.boolean(),
  })
  .chain(({ B, T, K, perStep, forbid }) => {
    const finite = fc.double({ min: -3, max: 3, noNaN: true });
    const forbidden = { arbitrary: fc.constant(-Infinity), weight: 1 };
    const potential = forbid ? fc.oneof(forbidden, { arbitrary: finite, weight: 3 }) : finite;
    const real = fc.oneof({ arbitrary: fc.constant(0), weight: 1 }, { arbitrary: fc.constant(1), weight: 3 });
    const matrix = list(list(potential, K), K);
    return fc.record<PlainChain>({
      initial: list(potential, K),
      final: list(potential, K),
      transition: perStep && T > 1 ? list(list(matrix, T - 1), B) : matrix,
      emission: list(list(list(potential, K), T), B),
      mask: list(list(real, T), B),
    });
  });

function list<T>(items: fc.Arbitrary<T>, size: number): fc.Arbitrary<T[]> {
  return fc.array(items, { minLength: size, maxLength: size });
}

/** A chain of standard normal potentials with sequences of the given lengths. */
export function randomPotentials(rng: Rng, lengths: readonly number[], K: number): Required<ChainPotentials> {
  const mask = lengthMask(lengths);
  const normals = (shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => rng.normal()),
      shape,
    );
  };
  return {
    initial: normals([K]) as tf.Tensor1D,
    final: normals([K]) as tf.Tensor1D,
    transition: normals([K, K]) as tf.Tensor2D,
    emission: normals([...mask.shape, K]) as tf.Tensor3D,
    mask,
  };
}

/** Those of a statistic. */
export function statisticTensors({ initial, transition, emission, final }: PlainStatistic): Statistic {
  return {
    ...(initial && { initial: tf.tensor1d(initial) }),
    ...(transition && { transition: tf.tensor(transition) as tf.Tensor2D | tf.Tensor4D }),
    ...(emission && { emission: tf.tensor3d(emission) }),
    ...(final && { final: tf.tensor1d(final) }),
  };
}

/** Normal numbers, some parts left out. */
export function randomStatistic(chain: PlainChain, rng: Rng): PlainStatistic {
  const like = (values: unknown): unknown => (Array.isArray(values) ? values.map(like) : rng.normal());
  const { mask: _, ...parts } = chain;
  const some = Object.entries(parts).filter(() => rng.uniform() < 0.8);
  return Object.fromEntries(some.map(([name, values]) => [name, like(values)]));
}

/** The numbers of tensors. */
export async function plainOf({
  initial,
  final,
  transition,
  emission,
  mask,
}: Required<ChainPotentials>): Promise<PlainChain> {
  return {
    initial: await initial.array(),
    final: await final.array(),
    transition: (await transition.array()) as PlainChain['transition'],
    emission: await emission.array(),
    mask: await mask.array(),
  };
}
