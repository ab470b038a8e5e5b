import { collect } from '@seqloom/core/dataset';
import { describe, expect, it } from 'vitest';
import online from '../../__fixtures__/crfsuite-online.json' with { type: 'json' };
import optima from '../../__fixtures__/crfsuite-optima.json' with { type: 'json' };
import type { Algorithm } from '../algorithm.js';
import { arow, averagedPerceptron, fitFeatureCRF, l2sgd, passiveAggressive, readAttributes } from '../index.js';
import { namedWeights } from '../test-model.js';

const train = await collect(readAttributes(optima.trainText));

type Parameters = Record<string, number>;

/** Our algorithm with the same options. */
function ours(name: string, p: Parameters): Algorithm {
  const maxIterations = p.max_iterations!;
  if (name === 'ap') return averagedPerceptron({ maxIterations });
  if (name === 'arow') return arow({ maxIterations, variance: p.variance ?? 1, gamma: p.gamma ?? 1 });
  if (name === 'pa') {
    const type = (['PA', 'PA-I', 'PA-II'] as const)[p.type ?? 1]!;
    const [errorSensitive, averaging] = [p.error_sensitive !== 0, p.averaging !== 0];
    return passiveAggressive({ maxIterations, type, c: p.c ?? 1, errorSensitive, averaging });
  }
  const calibration = { samples: p['calibration.samples'] ?? 1000 };
  return l2sgd({ maxIterations, c2: p.c2!, period: p.period ?? 10, delta: p.delta ?? 1e-6, calibration });
}

/** The additive generator of glibc's rand(), with the seed that it has at first. */
function glibcRand(): () => number {
  const words = [1];
  for (let i = 1; i < 31; i++) words.push((16807 * words[i - 1]!) % 2147483647);
  const next = () => {
    const word = words.length < 34 ? words.at(-31)! : (words.at(-31)! + words.at(-3)!) >>> 0;
    words.push(word);
    return word >>> 1;
  };
  for (let i = 31; i < 344; i++) next();
  return next;
}

/** The same algorithm, with CRFsuite's order of sequences. */
function inItsOrder(algorithm: Algorithm): Algorithm {
  const rand = glibcRand();
  const shuffle = (order: Int32Array) => {
    for (let i = 0; i < order.length; i++) {
      const j = rand() % order.length;
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
  };
  return { ...algorithm, train: (problem) => algorithm.train({ ...problem, shuffle }) };
}

describe.each(online.cases)('$algorithm with $parameters', ({ algorithm, parameters, losses, ...expected }) => {
  it('has the losses and weights of CRFsuite, epoch by epoch', async () => {
    const found: number[] = [];
    const crf = await fitFeatureCRF(train, {
      algorithm: inItsOrder(ours(algorithm, parameters as unknown as Parameters)),
      onEvent: (event) => void (event.type === 'iteration' && found.push(event.loss)),
    });
    expect(found.length).toBe(losses.length);
    for (const [i, loss] of found.entries()) expect(Math.abs(loss - losses[i]!)).toBeLessThan(1e-6);
    const { states, transitions } = namedWeights(crf.model);
    expectSame(states, expected.states);
    expectSame(transitions, expected.transitions);
  });
});

function expectSame(found: Map<string, number>, expected: Record<string, number | undefined>): void {
  for (const name of new Set([...found.keys(), ...Object.keys(expected)])) {
    expect(Math.abs((found.get(name) ?? 0) - (expected[name] ?? 0)), name).toBeLessThan(1e-6);
  }
}
