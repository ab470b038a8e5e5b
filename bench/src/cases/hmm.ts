/** The statistical HMM beside hmmlearn: one iteration of EM, and Viterbi, over 100 sequences of 1000 observations. */
import { Rng } from '@seqloom/core/rng';
import { Categorical, Gaussian, HMM, type Observations, readHMM } from '@seqloom/hmm-crf/hmm';
import type { BenchCase, Work } from '../compare.js';
import { type HmmlearnWork, hasHmmlearn, hmmlearnWork } from '../peers/hmmlearn.js';

interface Size {
  kind: HmmlearnWork['kind'];
  states: number;
  /** Numbers in an observation, or symbols to choose from. */
  size: number;
  /** Milliseconds of hmmlearn, the faster of its two implementations, as issue 4 gives them: measured on another machine. */
  published: Record<HmmlearnWork['work'], number>;
}

const length = 1000;
const sequences = 100;

const sizes: Size[] = [
  { kind: 'diag', states: 5, size: 8, published: { em: 133, viterbi: 17 } },
  { kind: 'full', states: 5, size: 8, published: { em: 226, viterbi: 28 } },
  { kind: 'categorical', states: 10, size: 30, published: { em: 96, viterbi: 8 } },
  { kind: 'categorical', states: 32, size: 1000, published: { em: 377, viterbi: 58 } },
];

function bench({ kind, states, size, published }: Size, work: HmmlearnWork['work']): BenchCase {
  return {
    name: work === 'em' ? 'HMM, one iteration of EM' : 'HMM, Viterbi',
    size: `${kind} K=${states} ${kind === 'categorical' ? 'V' : 'D'}=${size}, ${sequences} × ${length}`,
    backend: 'float64',
    peer: hasHmmlearn ? 'hmmlearn' : "hmmlearn (issue's)",
    async prepare() {
      const { data, make } = problem(kind, states, size);
      const [hmm, start] = [make(), make()];
      const ours: Work =
        work === 'em' ? () => hmm.fit(data, { iterations: 1, tolerance: -1e9 }) : () => hmm.viterbi(data);
      if (!hasHmmlearn) return { ours, theirs: () => published[work] };
      const { startProb, transMat, emission } = start.toJSON();
      const parameters = { ...emission, startProb, transMat, symbols: size };
      const peer = await hmmlearnWork({ ...parameters, work, kind, states, width: data.width, length }, data.values);
      return { ours, theirs: peer.theirs, dispose: peer.stop };
    },
  };
}

/** Observations drawn from a model, and another model to learn them. */
function problem(kind: Size['kind'], states: number, size: number): { data: Observations; make(): HMM } {
  const rng = new Rng(1);
  const row = (n: number, least: number) => {
    const weights = Array.from({ length: n }, () => least + rng.uniform());
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  };
  const emission = () => {
    const rows = Array.from({ length: states }, () => Array.from({ length: size }, () => 2 * rng.normal()));
    if (kind !== 'categorical') return new Gaussian({ stateCount: states, size, covarianceType: kind, means: rows });
    return new Categorical({ stateCount: states, size, emissionProb: rows.map(() => row(size, 0.01)) });
  };
  const model = () =>
    new HMM({
      emission: emission(),
      startProb: row(states, 0.1),
      transMat: row(states, 0.1).map(() => row(states, 0.1)),
    });
  const { values, width } = model().sample(sequences * length, rng).observations;
  const made = JSON.stringify(model());
  return {
    data: { values, width, lengths: new Array(sequences).fill(length) },
    make: () => readHMM(made),
  };
}

export const cases: BenchCase[] = (['em', 'viterbi'] as const).flatMap((work) =>
  sizes.map((size) => bench(size, work)),
);
