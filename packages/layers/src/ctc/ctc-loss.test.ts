/** Golden: PyTorch's and TensorFlow's values and gradients; law: enumeration of all alignments. Tolerance 2e-5 (float32 against float64). */
import { DataError, lengthMask, OptionError, Rng, ShapeError, sequence, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../__fixtures__/ctc-loss.json' with { type: 'json' };
import { type CTCLabels, type CTCOptions, ctcLoss, ctcLosses } from '../index.js';
import { ctcOp } from './ctc-op.js';

/** Labels of rows of any length, padded with what is no class. */
function labelsOf(rows: readonly (readonly number[])[]): CTCLabels {
  const L = Math.max(...rows.map((row) => row.length));
  const ids = tf.tensor2d(
    rows.flatMap((row) => Array.from({ length: L }, (_, i) => row[i] ?? -5)),
    [rows.length, L],
    'int32',
  );
  return {
    ids,
    mask: lengthMask(
      rows.map((row) => row.length),
      L,
    ),
  };
}

/** −log of the sum, over all paths that collapse to the labels, of the paths' probabilities. */
function enumerated(logits: readonly number[][], labels: readonly number[], blank: number): number {
  const probabilities = logits.map((row) => {
    const sum = row.reduce((total, x) => total + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / sum);
  });
  const total = (t: number, path: readonly number[], product: number): number => {
    if (t < probabilities.length) {
      return probabilities[t]!.reduce((sum, p, v) => sum + total(t + 1, [...path, v], product * p), 0);
    }
    const collapsed = path.filter((v, i) => v !== path[i - 1] && v !== blank);
    return collapsed.join() === labels.join() ? product : 0;
  };
  return -Math.log(total(0, [], 1));
}

describe.each(backendsHere())('ctcLoss on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(fixture.cases)('is what $source says', async ({ logits, lengths, labels, losses, gradient, ...rest }) => {
    const [T, B, V] = [logits.length / lengths.length, lengths.length, rest.classes].map(Number) as [
      number,
      number,
      number,
    ];
    const time = T / V;
    const options: CTCOptions = { blank: rest.blank, infeasible: 'zero' };
    const given = tf.tensor3d(logits, [B, time, V]);
    const run = (x: tf.Tensor) =>
      ctcLosses(sequence(x as tf.Tensor3D, lengthMask(lengths, time)), labelsOf(labels), options);
    await expectClose(run(given), losses, 2e-5);
    await expectClose(tf.grad(run)(given), gradient, 2e-5, 'gradient');
    if (rest.mean === undefined) return;
    const mean = ctcLoss(sequence(given, lengthMask(lengths, time)), labelsOf(labels), options);
    await expectClose(mean, rest.mean, 2e-5);
  });

  it('is the sum over all alignments', async () => {
    const rng = new Rng(4);
    const frames = Array.from({ length: 5 }, () => Array.from({ length: 3 }, () => 2 * rng.normal()));
    const rows = [[], [0], [0, 2], [2, 2], [0, 0, 2], [2, 0, 2, 0]];
    const logits = tf.tensor3d(rows.map(() => frames));
    const losses = ctcLosses(sequence(logits), labelsOf(rows), { blank: 1 });
    await expectClose(
      losses,
      rows.map((row) => enumerated(frames, row, 1)),
      1e-5,
    );
  });

  it('keeps the laws of ops; padding may be NaN', () => {
    const rng = new Rng(3);
    const make = (mask: tf.Tensor2D, rows: readonly number[][], V: number) => {
      const real = mask.arraySync();
      const frames = real.map((row) =>
        row.map((r) => Array.from({ length: V }, () => (r ? rng.normal() : Number.NaN))),
      );
      const { ids, mask: labelMask } = labelsOf(rows);
      return { logits: tf.tensor3d(frames), mask, labels: ids, labelMask };
    };
    const holes = tf.tensor2d(
      [
        [0, 1, 1, 0, 1, 1],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
      ],
      [3, 6],
      'bool',
    );
    return verifyOp(ctcOp, [
      { name: 'holes', inputs: make(holes, [[1, 1, 2], [3], []], 4), attributes: { blank: 0, infeasible: 'error' } },
      { name: 'one frame', inputs: make(lengthMask([1]), [[0]], 3), attributes: { blank: 2, infeasible: 'error' } },
      {
        name: 'too many labels',
        inputs: make(
          lengthMask([3, 5]),
          [
            [1, 1, 1],
            [2, 1, 1],
          ],
          3,
        ),
        attributes: { blank: 0, infeasible: 'zero' },
      },
    ]);
  });

  it('has second derivatives, and a gradient of 0 where no alignment is possible', async () => {
    const logits = tf.tensor3d([
      [
        [0.3, 1, -1],
        [0.2, -0.5, 0.1],
        [1, 0, 0.4],
      ],
    ]);
    const loss = (x: tf.Tensor) => ctcLoss(sequence(x as tf.Tensor3D), labelsOf([[1, 2]]));
    await checkGradients((x) => tf.sum(tf.square(tf.grad(loss)(x!))) as tf.Scalar, [logits]);
    const closed = tf.where(tf.tensor([false, true, false]), tf.fill([1, 3, 3], -Infinity), logits);
    await expectClose(loss(closed), Infinity, 0);
    await expectClose(tf.grad(loss)(closed), new Float32Array(9), 0);
  });

  it('names labels that are no labels and rows that do not fit', () => {
    const logits = sequence(tf.zeros([2, 4, 3]), lengthMask([4, 2], 4));
    const run = (rows: number[][], options?: CTCOptions) => () => ctcLosses(logits, labelsOf(rows), options);
    expect(
      run([
        [1, 2],
        [2, 2],
      ]),
    ).toThrow(/sequence 1: 2 labels, 1 of them like the one before, need 3 frames, but there are 2/);
    expect(run([[1, 2], [3]])).toThrow('label 3 at sequence 1, place 0 is out of range');
    expect(run([[1, 0], [1]])).toThrow('label 0 at sequence 0, place 1 is the blank');
    expect(run([[1, 1], [1]], { blank: 3 })).toThrow(OptionError);
    expect(run([[1]])).toThrow(ShapeError);
    const gap = {
      ids: tf.ones<tf.Rank.R2>([2, 2], 'int32'),
      mask: tf.tensor2d([
        [0, 1],
        [1, 0],
      ]),
    };
    expect(() => ctcLosses(logits, gap)).toThrow(DataError);
    const { mask, ...inputs } = {
      logits: logits.values,
      labels: gap.ids,
      labelMask: tf.cast(gap.mask, 'bool'),
      mask: logits.mask,
    };
    const composed = ctcOp.composed({ ...inputs, mask }, { blank: 0, infeasible: 'error' })[0]!;
    expect([...composed.dataSync()].map(Number.isNaN)).toEqual([true, false]);
  });
});
