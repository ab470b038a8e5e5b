import { describe, expect, it } from 'vitest';
import { Categorical } from './emissions/categorical.js';
import { HMM } from './hmm.js';
import { type ObservedSequence, observations } from './observations.js';

describe('observations', () => {
  it.each<[string, readonly ObservedSequence[] | ArrayLike<number | null>, number | undefined, number[], number]>([
    ['one flat sequence', [1, 2, 3], undefined, [3], 1],
    ['typed arrays', Int32Array.of(1, 2), undefined, [2], 1],
    ['several sequences of width 1, one of them empty', [[1, 2], [], [3]], undefined, [2, 0, 1], 1],
    [
      'one sequence of rows',
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ],
      undefined,
      [3],
      2,
    ],
    ['rows of typed arrays', [[], [Float32Array.of(1, 2)]], undefined, [0, 1], 2],
    [
      'flat arrays of a width',
      [
        [1, 2, 3, 4],
        [5, 6],
      ],
      2,
      [2, 1],
      2,
    ],
    ['nothing', [], undefined, [], 1],
  ])('%s', (_, sequences, width, lengths, expected) => {
    const data = observations(sequences, width);
    expect([data.lengths, data.width]).toEqual([lengths, expected]);
    expect([...data.values]).toEqual(Array.from(data.values, (_, i) => i + 1));
  });

  it('null and NaN are missing values', () => {
    expect([...observations([1, null, Number.NaN]).values]).toEqual([1, Number.NaN, Number.NaN]);
  });

  it.each<[unknown, number | undefined, RegExp]>([
    ['abc', undefined, /expected a list of sequences, got 'abc'/],
    [null, undefined, /expected a list of sequences, got null/],
    [[[1], 'x'], undefined, /sequence 1 must be a list, got 'x'/],
    [[[1, 2, 3]], 2, /sequence 0 has 3 numbers, which are no rows of 2/],
    [[[[1, 2], [3]]], undefined, /sequence 0, step 1 must be a row of 2, got \[3\]/],
    [[[[1, 2], 3]], undefined, /sequence 0, step 1 must be a row of 2, got 3/],
    [[[], [1, 'x']], undefined, /sequence 1, step 1, column 0 must be a number, got 'x'/],
    [[[[1, Infinity]]], undefined, /sequence 0, step 0, column 1 must be a number, got Infinity/],
    [[[1, undefined]], undefined, /sequence 0, step 1, column 0 must be a number, got undefined/],
  ])('%j is an error that names the place', (sequences, width, message) => {
    expect(() => observations(sequences as number[], width)).toThrow(message);
  });
});

describe('a model', () => {
  const emission = new Categorical({ stateCount: 2, size: 2 });
  const hmm = new HMM({ emission });

  it('rejects observations that are not what they say', () => {
    const values = new Float64Array(3);
    expect(() => hmm.score([[0]] as never)).toThrow(/expected Observations, got \[\[0\]\]/);
    expect(() => hmm.score({ values, width: 1, lengths: [2] })).toThrow(
      /add up to 2 rows of 1, but there are 3 values/,
    );
    expect(() => hmm.score({ values, width: 1, lengths: [4, -1] })).toThrow(/must be whole numbers, got -1/);
    expect(() => hmm.score({ values, width: 3, lengths: [1] })).toThrow(/reads rows of 1, got rows of 3/);
  });

  it.each([
    [{ startProb: [0.5, 0.6] }, /row 0 of `startProb` must be probabilities that sum to 1/],
    [
      {
        transMat: [
          [1, 0],
          [2, -1],
        ],
      },
      /row 1 of `transMat` must be probabilities that sum to 1/,
    ],
    [{ transMat: [[1, 0]] }, /`transMat` must have shape \[2,2\]/],
    [{ transMat: [[1, 0], [1]] }, /row 1 of `transMat` must have 2 numbers/],
    [{ transPrior: 0.5 }, /`transPrior` must be at least 1 everywhere, got 0.5/],
    [{ frozen: ['means'] }, /`frozen` must be some of startProb, transMat, emission, got 'means'/],
    [{ states: 3 }, /unknown option `states`/],
  ])('rejects %j', (options, message) => {
    expect(() => new HMM({ emission, ...(options as object) })).toThrow(message);
  });

  it('knows where it is in the long run', () => {
    const stationary = (transMat: number[][]) => [
      ...new HMM({ emission: new Categorical({ stateCount: transMat.length, size: 1 }), transMat }).stationary(),
    ];
    expect(
      stationary([
        [0.9, 0.1],
        [0.3, 0.7],
      ]).map((p) => p.toFixed(12)),
    ).toEqual(['0.750000000000', '0.250000000000']);
    expect(
      stationary([
        [0.5, 0.5, 0],
        [0, 0, 1],
        [0, 1, 0],
      ]),
    ).toEqual([0, 0.5, 0.5]);
    expect(() =>
      stationary([
        [1, 0],
        [0, 1],
      ]),
    ).toThrow(/depends on how it begins/);
  });
});
