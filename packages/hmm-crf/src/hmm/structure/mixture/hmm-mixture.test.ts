import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { drawDistribution } from '../../distributions.js';
import { Categorical } from '../../emissions/categorical.js';
import { HMM } from '../../hmm.js';
import { type Observations, observations } from '../../observations.js';
import { HMMMixture } from './hmm-mixture.js';

const [sizes, V] = [[2, 3], 4];

function random(seed: number) {
  const rng = new Rng(seed);
  const rows = (n: number, columns: number) => {
    const out = new Float64Array(n * columns);
    for (let i = 0; i < n; i++) drawDistribution(out.subarray(i * columns, (i + 1) * columns), rng);
    return out;
  };
  const components = sizes.map(
    (K) =>
      new HMM({
        emission: new Categorical({ stateCount: K, size: V, emissionProb: rows(K, V) }),
        startProb: rows(1, K),
        transMat: rows(K, K),
      }),
  );
  return new HMMMixture({ components, weights: [0.3, 0.7] });
}

/** The same as one HMM whose states fall into blocks without moves between them. */
function asOneHMM({ components, weights }: HMMMixture): HMM {
  const K = sizes.reduce((a, b) => a + b, 0);
  const transMat = new Float64Array(K * K);
  let first = 0;
  for (const hmm of components) {
    for (let i = 0; i < hmm.stateCount; i++) {
      for (let j = 0; j < hmm.stateCount; j++)
        transMat[(first + i) * K + first + j] = hmm.transMat[i * hmm.stateCount + j]!;
    }
    first += hmm.stateCount;
  }
  const emissionProb = components.flatMap(({ emission }) => [...(emission as Categorical).emissionProb]);
  const startProb = components.flatMap((hmm, m) => [...hmm.startProb.map((p) => p * weights[m]!)]);
  return new HMM({ emission: new Categorical({ stateCount: K, size: V, emissionProb }), startProb, transMat });
}

function drawn(model: HMMMixture, lengths: readonly number[], rng: Rng) {
  const draws = lengths.map((length) => model.sample(length, rng));
  const values = Float64Array.from(draws.flatMap(({ observations: { values } }) => [...values]));
  return {
    data: { values, width: 1, lengths } satisfies Observations,
    components: draws.map(({ component }) => component),
  };
}

describe.each([1, 2, 3])('seed %i', (seed) => {
  it('is an HMM in blocks, also when it learns', async () => {
    const mixture = random(seed);
    const one = asOneHMM(mixture);
    const { data } = drawn(mixture, [12, 0, 1, 30, 7], new Rng(seed));
    const [ours, theirs] = [mixture.logLikelihood(data), one.logLikelihood(data)];
    for (const [b, log] of theirs.entries()) expect(ours[b]).toBeCloseTo(log, 10);
    const shares = mixture.responsibilities(data);
    const posteriors = one.posteriors(data);
    for (const [b, row] of [
      [0, 0],
      [2, 12],
      [3, 13],
      [4, 43],
    ] as const) {
      expect(shares[b * 2]).toBeCloseTo(posteriors[row * 5]! + posteriors[row * 5 + 1]!, 10);
    }
    expect(mixture.parameterCount).toBe(one.parameterCount);
    const full = { ...data, lengths: data.lengths.filter((length) => length > 0) };
    const options = { iterations: 15, tolerance: -1e9 };
    const histories = await Promise.all([mixture.fit(full, options), one.fit(full, options)]);
    for (const [i, log] of histories[1].history.entries()) expect(histories[0].history[i]).toBeCloseTo(log, 8);
    for (const [at, p] of asOneHMM(mixture).transMat.entries()) expect(p).toBeCloseTo(one.transMat[at]!, 8);
  });

  it('EM never falls from a start of its own', async () => {
    const { data } = drawn(random(seed), [12, 0, 1, 30, 7, 20], new Rng(seed));
    const components = sizes.map(
      (stateCount) => new HMM({ emission: new Categorical({ stateCount, size: V }), transPrior: 1.1 }),
    );
    const mixture = new HMMMixture({ components, prior: 2 });
    const history: number[] = [];
    await mixture.fit(data, {
      rng: new Rng(seed),
      iterations: 30,
      tolerance: -1e9,
      onIteration: (e) => history.push(e.logPosterior),
    });
    for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThanOrEqual(history[i - 1]! - 1e-9);
  });
});

it('tells sequences apart by how they move', async () => {
  // The same symbols, equally often: one kind stays, the other alternates.
  const kind = (stay: number) =>
    new HMM({
      emission: new Categorical({ stateCount: 2, size: 2, emissionProb: [0.9, 0.1, 0.1, 0.9] }),
      transMat: [stay, 1 - stay, 1 - stay, stay],
    });
  const truth = new HMMMixture({ components: [kind(0.9), kind(0.1)] });
  const { data, components } = drawn(truth, new Array(60).fill(40), new Rng(5));
  const make = () => new HMM({ emission: new Categorical({ stateCount: 2, size: 2 }) });
  const mixture = new HMMMixture({ components: [make(), make()] });
  await mixture.fit(data, { rng: new Rng(2), iterations: 300, tolerance: 1e-5 });
  const same = mixture.clusters(data).reduce((sum, m, b) => sum + (m === components[b] ? 1 : 0), 0);
  expect(Math.max(same, 60 - same)).toBeGreaterThanOrEqual(58);
  const alone = make();
  await alone.fit(data, { rng: new Rng(1), iterations: 300 });
  expect(mixture.bic(data)).toBeLessThan(alone.bic(data));
});

it('comes back from JSON; what is wrong is an error that says what', async () => {
  const mixture = random(4);
  const data = observations([
    [0, 1, 2],
    [3, 3],
  ]);
  const read = HMMMixture.fromJSON(JSON.stringify(mixture));
  expect(read.score(data)).toBe(mixture.score(data));
  const json = JSON.parse(JSON.stringify(mixture));
  for (const bad of [
    { ...json, components: [] },
    { ...json, weights: [1] },
    { ...json, components: 3 },
    { ...json, prior: undefined },
  ]) {
    expect(() => HMMMixture.fromJSON(bad)).toThrowError(expect.objectContaining({ name: 'CheckpointError' }));
  }
  const [hmm] = mixture.components;
  expect(() => new HMMMixture({ components: [hmm!, hmm!] })).toThrowError(/twice/);
  await expect(mixture.fit(observations([[9]]))).rejects.toThrowError(/no symbol/);
  const before = JSON.stringify(mixture);
  expect(await mixture.fit(data, { signal: AbortSignal.abort() })).toMatchObject({ stopped: 'aborted' });
  expect(JSON.stringify(mixture)).toBe(before);
});
