/** The whole comparison in small: every network runs at T = 10, and one solves its task. */
import { useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { networks } from './networks.js';
import { runTrial } from './trial.js';

const budget = { steps: 2, batch: 2, size: 8, learningRate: 3e-3 };
beforeAll(async () => void (await useBackend('wasm')));

it.each(Object.keys(networks))('%s', async (network) => {
  const before = tf.memory().numTensors;
  const trial = await runTrial({ network, task: 'delayed recall', length: 10 }, budget);
  expect(trial).toMatchObject({ network, length: 10, budget, solvedAfter: null });
  expect(trial.flow).toHaveLength(10);
  for (const norm of [...trial.flow, trial.largestGradient, trial.stepMs]) expect(norm).toBeGreaterThan(0);
  expect(trial.score).toBeLessThan(0.9);
  expect(tf.memory().numTensors - before).toBeLessThan(60); // waves and masks that backends keep once
});

it('training ends where the task is solved', async () => {
  const learning = { steps: 400, batch: 16, size: 16, learningRate: 1e-2 };
  const trial = await runTrial({ network: 'minGRU', task: 'delayed recall', length: 10 }, learning);
  expect(trial.score).toBeGreaterThan(0.99);
  expect(trial.solvedAfter! % 50).toBe(0);
});

it('a training that diverges is told, not hidden', async () => {
  const wild = { steps: 60, batch: 2, size: 8, learningRate: 1e30 };
  const trial = await runTrial({ network: 'simple RNN, not clipped', task: 'adding', length: 10 }, wild);
  expect(trial).toMatchObject({ score: null, solvedAfter: null });
});
