/** Chains of segments by brute force, on plain numbers: every segmentation, one by one. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { SegmentPotentials } from '../crf/segments/segment-potentials.js';

export interface PlainSegments {
  initial: number[];
  final: number[];
  transition: number[][];
  /** [B][T][L][K] */
  values: number[][][][];
  mask: number[][];
}

export interface PlainSegmentation {
  /** End, length − 1 and label of each segment. */
  segments: { end: number; length: number; label: number }[];
  /** −1 at masked steps. */
  labels: number[];
  begins: number[];
  score: number;
}

/** Every segmentation of one sequence with its score; the empty one, of score 0, where nothing is real. */
export function segmentations(chain: PlainSegments, row: number): PlainSegmentation[] {
  const steps = chain.mask[row]!.flatMap((real, t) => (real ? [t] : []));
  const nothing = chain.mask[row]!.map(() => 0);
  const empty = { segments: [], labels: nothing.map(() => -1), begins: nothing, score: 0 };
  const from = (done: number, left: PlainSegmentation): PlainSegmentation[] => {
    if (done === steps.length) {
      const last = left.segments.at(-1);
      return [{ ...left, score: left.score + (last ? chain.final[last.label]! : 0) }];
    }
    const lengths = [...chain.values[row]![0]!.keys()].filter((length) => done + length < steps.length);
    return lengths.flatMap((length) =>
      chain.initial.flatMap((_, label) =>
        from(done + length + 1, extended(chain, row, steps, done, left, length, label)),
      ),
    );
  };
  return from(0, empty);
}

function extended(
  chain: PlainSegments,
  row: number,
  steps: number[],
  done: number,
  left: PlainSegmentation,
  length: number,
  label: number,
): PlainSegmentation {
  const before = left.segments.at(-1);
  const own = steps.slice(done, done + length + 1);
  const end = own.at(-1)!;
  const move = before ? chain.transition[before.label]![label]! : chain.initial[label]!;
  return {
    segments: [...left.segments, { end, length, label }],
    labels: left.labels.map((other, t) => (own.includes(t) ? label : other)),
    begins: left.begins.with(own[0]!, 1),
    score: left.score + move + chain.values[row]![end]![length]![label]!,
  };
}

/** The tensors of a chain, with `filler` for whatever stands at masked steps and where there is no room for a segment. */
export function segmentTensors(
  { initial, final, transition, values, mask }: PlainSegments,
  filler = 0,
): SegmentPotentials {
  const filled = values.map((steps, b) =>
    steps.map((lengths, t) => {
      const room = mask[b]![t] ? mask[b]!.slice(0, t + 1).reduce((a, x) => a + x, 0) : 0;
      return lengths.map((labels, l) => (l < room ? labels : labels.map(() => filler)));
    }),
  );
  return {
    initial: tf.tensor1d(initial),
    final: tf.tensor1d(final),
    transition: tf.tensor2d(transition),
    segments: { values: tf.tensor4d(filled), mask: tf.tensor2d(mask, undefined, 'bool') },
  };
}

export const plainSegments: fc.Arbitrary<PlainSegments> = fc
  .record({
    B: fc.integer({ min: 1, max: 3 }),
    T: fc.integer({ min: 1, max: 5 }),
    L: fc.integer({ min: 1, max: 4 }),
    K: fc.integer({ min: 1, max: 2 }),
    forbid: fc.boolean(),
  })
  .chain(({ B, T, L, K, forbid }) => {
    const finite = fc.double({ min: -3, max: 3, noNaN: true });
    const forbidden = { arbitrary: fc.constant(-Infinity), weight: 1 };
    const potential = forbid ? fc.oneof(forbidden, { arbitrary: finite, weight: 3 }) : finite;
    const real = fc.oneof({ arbitrary: fc.constant(0), weight: 1 }, { arbitrary: fc.constant(1), weight: 3 });
    return fc.record<PlainSegments>({
      initial: list(potential, K),
      final: list(potential, K),
      transition: list(list(potential, K), K),
      values: list(list(list(list(potential, K), L), T), B),
      mask: list(list(real, T), B),
    });
  });

function list<T>(items: fc.Arbitrary<T>, size: number): fc.Arbitrary<T[]> {
  return fc.array(items, { minLength: size, maxLength: size });
}
