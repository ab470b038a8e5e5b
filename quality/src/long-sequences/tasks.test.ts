/** Each task asks for what it says, and the right answer solves it. */
import { Rng, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { tasks } from './tasks.js';

beforeAll(async () => void (await useBackend('cpu')));

const [batch, T] = [5, 12];
/** What can be read off the questions, row by row: the numbers of [B,S,D]. */
const answers: Record<string, (row: number[][]) => number[]> = {
  adding: (row) => [row.reduce((sum, [x, marked]) => sum + x! * marked!, 0)],
  copy: (row) => row.slice(0, 10).map((step) => step.indexOf(1)),
  'delayed recall': ([first]) => [first!.indexOf(1)],
};

it.each(Object.entries(tasks))('%s', async (name, task) => {
  const { values, targets } = task.draw(new Rng(1), batch, T);
  expect(values.shape).toEqual([batch, name === 'copy' ? T + 20 : T, task.inputSize]);
  expect(targets.shape).toEqual([batch, task.answers]);
  const wanted = (await values.array()).map((row) => answers[name]!(row));
  for (const [b, row] of (await targets.array()).entries())
    for (const [i, target] of row.entries()) expect(target).toBeCloseTo(wanted[b]![i]!, 5);
  const { better, solved } = task.measure;
  const right = task.outputSize === 1 ? tf.expandDims(targets, 2) : tf.mul(tf.oneHot(targets, task.outputSize), 50);
  const score = (await task.score(right as tf.Tensor3D, targets).data())[0]!;
  expect(better === 'more' ? score > solved : score < solved).toBe(true);
  expect((await task.loss(tf.cast(right, 'float32') as tf.Tensor3D, targets).data())[0]).toBeCloseTo(0, 5);
});

it('copy shows its sign once, ten steps before the end, and only blanks beside the symbols', async () => {
  const { values } = tasks.copy!.draw(new Rng(2), 1, T);
  const [row] = (await values.array()).map((steps) => steps.map((step) => step.indexOf(1)));
  expect(row!.slice(10)).toEqual([...new Array(T - 1).fill(8), 9, ...new Array(10).fill(8)]);
});
