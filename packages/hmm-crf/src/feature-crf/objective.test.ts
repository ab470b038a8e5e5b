import { collect } from '@seqloom/core/dataset';
import { Pause } from '@seqloom/core/pause';
import { Rng } from '@seqloom/core/rng';
import { expect, it } from 'vitest';
import fixture from '../__fixtures__/crfsuite-optima.json' with { type: 'json' };
import { generateFeatures } from './features.js';
import { readAttributes } from './formats/attribute-text.js';
import { Objective } from './objective.js';
import { encode } from './training-data.js';
import { TrainingMemory } from './training-memory.js';
import { Vectors } from './vectors.js';

const train = await collect(readAttributes(fixture.trainText));

/** The objective and its gradient, for weights as arrays. */
async function objective({ possible, threads, copies = 1 }: { possible: boolean; threads: number; copies?: number }) {
  const data = await encode(Array.from({ length: copies }, () => train).flat());
  const features = generateFeatures(data, { possibleStates: possible, possibleTransitions: possible });
  const memory = await TrainingMemory.place(data, features, threads);
  const made = new Objective(memory, new Vectors(memory), 0.3, new Pause());
  const [x, gradient] = [memory.vector(), memory.vector()];
  const evaluate = async (weights: Float64Array) => {
    memory.doubles(x).set(weights);
    const value = await made.evaluate(x, gradient);
    return { value, gradient: memory.doubles(gradient).slice() };
  };
  return { size: memory.size, evaluate, batches: memory.batches.length, stop: () => memory.stopThreads() };
}

const random = (size: number, rng = new Rng(4)) => Float64Array.from({ length: size }, () => rng.normal());

it.each([false, true])('its gradient = finite differences; possible features: %s', async (possible) => {
  const { size, evaluate } = await objective({ possible, threads: 1 });
  const weights = random(size);
  const { gradient } = await evaluate(weights);
  for (let k = 0; k < size; k++) {
    const [low, high] = [
      await evaluate(weights.with(k, weights[k]! - 1e-5)),
      await evaluate(weights.with(k, weights[k]! + 1e-5)),
    ];
    expect(Math.abs((high.value - low.value) / 2e-5 - gradient[k]!)).toBeLessThan(1e-5);
  }
});

it('has the same bits with one thread and with several, over many batches', async () => {
  const [one, three] = await Promise.all([1, 3].map((threads) => objective({ possible: false, threads, copies: 10 })));
  expect(one!.batches).toBeGreaterThan(2);
  for (let n = 0; n < 3; n++) {
    const weights = random(one!.size, new Rng(n));
    expect(await three!.evaluate(weights)).toEqual(await one!.evaluate(weights));
  }
  three!.stop();
});

it('is no number where scores lie too far apart, and becomes one again', async () => {
  const { size, evaluate } = await objective({ possible: false, threads: 1 });
  const far = random(size).map((weight) => 1e4 * weight);
  expect(Number.isFinite((await evaluate(far)).value)).toBe(false);
  expect(Number.isFinite((await evaluate(random(size))).value)).toBe(true);
});
