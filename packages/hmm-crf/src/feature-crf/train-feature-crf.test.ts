import { collect } from '@seqloom/core/dataset';
import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import atis from '../__fixtures__/crfsuite-atis.json' with { type: 'json' };
import fixture from '../__fixtures__/crfsuite-optima.json' with { type: 'json' };
import {
  type Algorithm,
  type AlgorithmState,
  arow,
  averagedPerceptron,
  type FeatureCRF,
  type FeatureIterationEvent,
  type FeatureTrainingOptions,
  featurizeAll,
  fitFeatureCRF,
  type LabelledItems,
  l2sgd,
  lbfgs,
  passiveAggressive,
  readAttributes,
  trainFeatureCRF,
} from './index.js';
import { namedWeights } from './test-model.js';

const train = await collect(readAttributes(fixture.trainText));
const sequence: LabelledItems = { items: [['a'], ['b']], labels: ['X', 'Y'] };

const algorithms: [string, () => Algorithm][] = [
  ['L-BFGS', () => lbfgs({ maxIterations: 9 })],
  ['OWL-QN', () => lbfgs({ c1: 0.3, maxIterations: 9 })],
  ['SGD', () => l2sgd({ maxIterations: 9, calibration: { samples: 10 } })],
  ['averaged perceptron', () => averagedPerceptron({ maxIterations: 9 })],
  ['passive–aggressive', () => passiveAggressive({ maxIterations: 9 })],
  ['AROW', () => arow({ maxIterations: 9 })],
];

/** Everything that a model says, as text. */
function said({ model }: FeatureCRF): string {
  return JSON.stringify([...namedWeights(model).states, ...namedWeights(model).transitions]);
}

/** Trains to the end; `at` is called with every iteration. */
async function run(options: FeatureTrainingOptions, at: (event: FeatureIterationEvent) => void = () => {}) {
  for await (const event of trainFeatureCRF(train, { rng: new Rng(5), ...options })) {
    if (event.type === 'stopped') return event;
    at(event);
  }
  throw new Error('no end');
}

describe.each(algorithms)('training by %s', (_, algorithm) => {
  it('goes on from a saved state as if it had never stopped', async () => {
    const whole: number[] = [];
    const { crf, reason } = await run({ algorithm: algorithm() }, ({ loss }) => whole.push(loss));
    const states: AlgorithmState[] = [];
    await run({ algorithm: algorithm() }, (event) => states.push(structuredClone(event.state())));
    for (const at of [0, 3, 7, 8]) {
      const rest: number[] = [];
      const resumed = await run({ algorithm: algorithm(), resume: states[at]!, rng: new Rng(99) }, ({ loss }) =>
        rest.push(loss),
      );
      expect(rest).toEqual(whole.slice(at + 1));
      expect(said(resumed.crf)).toBe(said(crf));
      expect(resumed.reason).toBe(reason);
    }
  });

  it('gives the model of the saved state when it is aborted before the next iteration', async () => {
    let [state, kept]: [AlgorithmState?, string?] = [];
    await run({ algorithm: algorithm() }, (event) => {
      if (event.iteration === 5) [state, kept] = [structuredClone(event.state()), said(event.crf())];
    });
    const { crf, reason } = await run({ algorithm: algorithm(), resume: state!, signal: AbortSignal.abort() });
    expect([said(crf), reason]).toEqual([kept, 'aborted']);
  });

  it('keeps the last iteration when it is aborted', async () => {
    const abort = new AbortController();
    let kept = '';
    const { crf, reason } = await run({ algorithm: algorithm(), signal: abort.signal }, (event) => {
      kept = said(event.crf());
      if (event.iteration === 4) abort.abort();
    });
    expect(reason).toBe('aborted');
    expect(said(crf)).toBe(kept);
    const none = await run({ algorithm: algorithm(), signal: AbortSignal.abort() });
    expect([none.reason, none.crf.tag([['w=a']])]).toEqual(['aborted', ['O']]);
  });

  it('learns what there is from data with little or nothing in them', async () => {
    const moves: LabelledItems & { labels: string[] } = { items: [[], [], []], labels: ['A', 'B', 'A'] };
    const single: LabelledItems = { items: [['x']], labels: ['B'] };
    const huge: LabelledItems = { items: [{ x: 1e200 }, { y: -1e200 }], labels: ['A', 'B'] };
    for (const data of [[moves], [single, { items: [['y']], labels: ['A'] }], [moves, single], [huge, moves]]) {
      for (const features of [{}, { minFreq: 100 }, { possibleStates: true, possibleTransitions: true }]) {
        const crf = await fitFeatureCRF(data, { algorithm: algorithm(), features });
        expect(crf.tag(moves.items)).toHaveLength(3);
        expect(crf.probability(moves.items, moves.labels)).toBeGreaterThan(0);
      }
    }
  });

  it('gives the same bits with two threads', async () => {
    const [one, two] = [await run({ algorithm: algorithm() }), await run({ algorithm: algorithm(), threads: 2 })];
    expect(said(two.crf)).toBe(said(one.crf));
  });
});

describe.each(atis.cases)('CRFsuite on Turkish ATIS, c2 = $c2', (expected) => {
  it('has the same loss, weights, labels, probabilities and marginals', async () => {
    const items = featurizeAll(atis.train.map(tagged), features);
    let loss = 0;
    const crf = await fitFeatureCRF(items, {
      algorithm: lbfgs({ c2: expected.c2, epsilon: 1e-8, delta: 0 }),
      onEvent: (event) => {
        if (event.type === 'iteration') loss = event.loss;
      },
    });
    expect(Math.abs(loss - expected.loss_at_optimum)).toBeLessThan(1e-6);
    const { states, transitions } = namedWeights(crf.model);
    for (const [name, weight] of Object.entries(expected.state_features)) {
      expect(Math.abs(states.get(name.replace(/\|(?=[^|]*$)/, ' -> '))! - weight), name).toBeLessThan(2e-6);
    }
    for (const [name, weight] of Object.entries(expected.transitions)) {
      expect(Math.abs(transitions.get(name)! - weight), name).toBeLessThan(2e-6);
    }
    for (const [n, { tags, prob_of_best, marginals }] of expected.test_result.entries()) {
      const { items: test } = [...featurizeAll([tagged(atis.test[n]!)], features)][0]!;
      expect(crf.tag(test)).toEqual(tags);
      expect(Math.abs(crf.probability(test, tags) / prob_of_best - 1)).toBeLessThan(1e-5);
      for (const [t, row] of crf.marginals(test).entries()) {
        for (const [label, p] of Object.entries(marginals[t]!)) {
          expect(Math.abs(row[crf.labels.indexOf(label)]! - p)).toBeLessThan(1e-6);
        }
      }
    }
  });
});

function tagged([tokens, labels]: string[][]) {
  return { tokens: tokens!, labels: labels! };
}

/** Those that the fixture describes. */
function features(tokens: readonly string[], t: number): string[] {
  const lower = (i: number) => tokens[i]!.toLowerCase();
  const word = [...lower(t)];
  const before = t > 0 ? lower(t - 1) : '<s>';
  const after = t + 1 < tokens.length ? lower(t + 1) : '</s>';
  const ends = [2, 3].map((n) => `s${n}=${word.slice(-n).join('')}`);
  return ['b', `w=${word.join('')}`, ...ends, `w-1=${before}`, `w+1=${after}`];
}

it('L-BFGS with fewer memories than the state has goes on with the newest', async () => {
  const states: AlgorithmState[] = [];
  await run({ algorithm: lbfgs({ maxIterations: 9 }) }, (event) => states.push(structuredClone(event.state())));
  const losses: number[] = [];
  await run({ algorithm: lbfgs({ maxIterations: 12, numMemories: 2 }), resume: states[8]! }, ({ loss }) =>
    losses.push(loss),
  );
  expect(losses).toHaveLength(3);
  expect(losses).toEqual(losses.toSorted((a, b) => b - a));
});

it('a sequence of weight 2 counts as two, one of weight 0 as none', async () => {
  const options = { algorithm: lbfgs({ epsilon: 1e-8, delta: 0 }), features: { minFreq: 4 } };
  const weighed = await fitFeatureCRF(
    train.map((each, s) => ({ ...each, weight: s % 3 })),
    options,
  );
  const copied = await fitFeatureCRF(
    train.flatMap((each, s) => Array.from({ length: s % 3 }, () => each)),
    options,
  );
  const [found, expected] = [namedWeights(weighed.model), namedWeights(copied.model)];
  expect(found.states.size).toBe(expected.states.size);
  for (const [name, weight] of expected.states) expect(found.states.get(name)).toBeCloseTo(weight, 5);
  for (const [name, weight] of expected.transitions) expect(found.transitions.get(name)).toBeCloseTo(weight, 5);
});

describe('bad input', () => {
  const failing = (data: unknown, options: object = {}) =>
    expect(fitFeatureCRF(data as LabelledItems[], options)).rejects;

  it('says which sequence and item', async () => {
    await failing([sequence, { items: [], labels: [] }]).toThrow('sequence 1: there are no items');
    await failing([sequence, sequence, { items: [['a']], labels: ['X', 'Y'] }]).toThrow(
      'sequence 2: 1 items, but 2 labels',
    );
    await failing([{ items: [['a'], { b: Number.NaN }], labels: ['X', 'Y'] }]).toThrow(
      "sequence 0, item 1: attribute 'b'",
    );
    await failing([{ items: [['a'], [3]], labels: ['X', 'Y'] }]).toThrow('sequence 0, item 1: the attribute 3');
    await failing([{ ...sequence, weight: -1 }]).toThrow('sequence 0: its weight is -1');
    await failing([{ items: [['a']], labels: [7] }]).toThrow('sequence 0: the label of item 0 is 7');
  });

  it('wants something to choose from', async () => {
    await failing([]).toThrow('the data are empty');
    await failing([{ items: [['a']], labels: ['X'] }]).toThrow("all items have the one label 'X'");
  });

  it('knows its options', async () => {
    await failing([sequence], { algorithms: lbfgs() }).toThrow('unknown option `algorithms`');
    await failing([sequence], { algorithm: 'lbfgs' }).toThrow('`algorithm` is no algorithm');
    await failing([sequence], { threads: 0 }).toThrow('`threads`');
    await failing([sequence], { features: { minFreq: -1 } }).toThrow('`minFreq`');
    expect(() => lbfgs({ c2: -1 })).toThrow('`c2`');
    expect(() => lbfgs({ lineSearch: 'Newton' as never })).toThrow('`lineSearch`');
    expect(() => l2sgd({ c2: 0 })).toThrow('`c2`');
    expect(() => passiveAggressive({ type: 1 as never })).toThrow('`type`');
    expect(() => arow({ variance: 0 })).toThrow('`variance`');
    expect(() => averagedPerceptron({ epsilon: Number.NaN })).toThrow('`epsilon`');
  });

  it('takes no state that belongs to other data or another algorithm', async () => {
    let state!: AlgorithmState;
    await run({ algorithm: lbfgs({ maxIterations: 2 }) }, (event) => {
      state = event.state();
    });
    await failing([sequence], { resume: state }).toThrow('`weights` has');
    await failing(train, { resume: state, algorithm: arow() }).toThrow('it is a state of lbfgs');
    const weights = (state.vectors.weights as Float64Array).with(3, Number.NaN);
    await failing(train, { resume: { ...state, vectors: { ...state.vectors, weights } } }).toThrow('not finite');
  });
});
