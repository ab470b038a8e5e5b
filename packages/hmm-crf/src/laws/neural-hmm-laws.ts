/** What must hold of HMMs and their emissions, on every backend. */
import { Rng, type Scorer } from '@seqloom/core';
import { checkGradients, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { CategoricalEmission } from '../neural-hmm/emissions/categorical.js';
import { GaussianEmission } from '../neural-hmm/emissions/gaussian.js';
import { ScorerEmission } from '../neural-hmm/emissions/scorer.js';
import { NeuralHMM } from '../neural-hmm/neural-hmm.js';
import { maskOf, train } from './training.js';

/** Float32. */
const tolerance = 1e-4;

const mask = () =>
  maskOf([
    [1, 1, 1, 1],
    [0, 1, 0, 1],
    [0, 0, 0, 0],
  ]);

/** The simplest scorer there is. */
const dot: Scorer = {
  prepare: (keys) => keys,
  score: (query, keys) => tf.matMul(query, keys, false, true),
};

export const neuralHMMLaws: Readonly<Record<string, () => Promise<void>>> = {
  'gradients of every parameter are what finite differences say': async () => {
    const rng = new Rng(1);
    const x = tf.tensor3d(
      Array.from({ length: 24 }, () => rng.normal()),
      [3, 4, 2],
    );
    const symbols = tf.tensor2d(
      Array.from({ length: 12 }, () => rng.below(5)),
      [3, 4],
      'int32',
    );
    const vectors = [
      new GaussianEmission({ stateCount: 3, size: 2, rng }),
      new ScorerEmission({ scorer: dot, stateCount: 3, size: 2, rng }),
    ];
    for (const emission of vectors) await gradientsAreRight(new NeuralHMM({ emission, rng }), x);
    await gradientsAreRight(
      new NeuralHMM({ emission: new CategoricalEmission({ stateCount: 3, symbolCount: 5, rng }), rng }),
      symbols,
    );
  },
  'NaN at masked steps changes nothing': async () => {
    const hmm = new NeuralHMM({
      emission: new GaussianEmission({ stateCount: 2, size: 1, rng: new Rng(2) }),
      rng: new Rng(3),
    });
    const real = tf.tile(tf.expandDims(mask(), 2), [1, 1, 1]);
    const at = (filler: number) => {
      const values = tf.where(real, tf.ones<tf.Rank.R3>([3, 4, 1]), tf.fill([3, 4, 1], filler)) as tf.Tensor3D;
      const { value, grads } = tf.variableGrads(() => hmm.loss({ values, mask: mask() }));
      return [value, hmm.posteriors({ values, mask: mask() }), ...Object.values(grads)];
    };
    const [clean, dirty] = [at(0), at(Number.NaN)];
    for (const [i, tensor] of dirty.entries()) await expectClose(tensor, clean[i]!, 0, `output ${i}`);
    hmm.dispose();
  },
  'a probability of 0 stays 0 in training': async () => {
    const transMat = [
      [0.5, 0.5, 0],
      [0, 0.5, 0.5],
      [0, 0, 1],
    ];
    const emission = new GaussianEmission({ stateCount: 3, size: 1, rng: new Rng(4) });
    const hmm = new NeuralHMM({ startProb: [1, 0, 0], transMat, emission });
    const values = tf.tensor3d([0, 0.1, 2, 2.1, 4, 4.2], [1, 6, 1]);
    const loss = await train(() => hmm.loss({ values, mask: tf.ones([1, 6], 'bool') }), variablesOf(hmm), 10);
    if (!Number.isFinite(loss)) throw new Error(`the loss became ${loss}`);
    const forbidden = tf.tensor2d(transMat.map((row) => row.map((p) => Number(p === 0))));
    await expectClose(tf.sum(tf.mul(hmm.transMat, forbidden)), [0], 0, 'forbidden transitions');
    await expectClose(tf.slice(hmm.startProb, 0, 1), [1], 0, 'the first state');
    hmm.dispose();
  },
  'samples follow the model: counts of states, moves and symbols': async () => {
    const model = {
      startProb: [1, 0],
      transMat: [
        [0.9, 0.1],
        [0.4, 0.6],
      ],
    };
    const emissionProb = [
      [0.7, 0.3, 0],
      [0, 0.2, 0.8],
    ];
    const hmm = new NeuralHMM({ ...model, emission: new CategoricalEmission({ emissionProb }) });
    const length = 600;
    const { states, observations } = hmm.sample(length, new Rng(5));
    const [path, seen] = [await states.data(), await observations.values.data()];
    const share = (of: (t: number) => boolean, among: (t: number) => boolean) => {
      const steps = Array.from({ length: length - 1 }, (_, t) => t + 1).filter(among);
      return steps.filter(of).length / steps.length;
    };
    const stays = [0, 1].map((k) =>
      share(
        (t) => path[t] === k,
        (t) => path[t - 1] === k,
      ),
    );
    const middle = [0, 1].map((k) =>
      share(
        (t) => seen[t] === 1,
        (t) => path[t] === k,
      ),
    );
    await expectClose([path[0]!, ...stays, ...middle], [0, 0.9, 0.6, 0.3, 0.2], 0.1, 'first state and shares');
    const again = hmm.sample(length, new Rng(5)).observations.values;
    await expectClose(tf.cast(again, 'float32'), Array.from(seen), 0, 'the same seed');
    const gaussian = new GaussianEmission({ means: [[0], [5]], covars: [[1], [4]] });
    const drawn = gaussian.sample(tf.ones([1, 400], 'int32'), new Rng(6));
    const { mean, variance } = tf.moments(drawn);
    await expectClose(tf.stack([mean, variance]), [5, 4], 0.15, 'moments of a Gaussian');
    hmm.dispose();
  },
  'training steps and answers leave nothing behind': async () => {
    const hmm = new NeuralHMM({
      emission: new CategoricalEmission({ stateCount: 2, symbolCount: 3 }),
      rng: new Rng(8),
    });
    const seen = { values: tf.zeros<tf.Rank.R2>([3, 4], 'int32'), mask: mask() };
    await expectNoLeak(() => tf.dispose(tf.variableGrads(() => hmm.loss(seen), variablesOf(hmm))), 20);
    const draw = () => Object.values(hmm.sample(3, new Rng(9)).observations);
    const answers = () => [hmm.startProb, hmm.transMat, hmm.posteriors(seen), Object.values(hmm.viterbi(seen))];
    await expectNoLeak(() => tf.dispose(answers()));
    await expectNoLeak(() => tf.tidy(() => void draw()));
    hmm.dispose();
  },
  'gradient training from a random start finds the likelihood of the true chain': async () => {
    const truth = new NeuralHMM({
      startProb: [0.5, 0.5],
      transMat: [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
      emission: new CategoricalEmission({
        emissionProb: [
          [0.8, 0.1, 0.1],
          [0.1, 0.1, 0.8],
        ],
      }),
    });
    const rng = new Rng(7);
    const rows = Array.from({ length: 16 }, () => truth.sample(12, rng).observations.values);
    const observations = { values: tf.concat(rows, 0) as tf.Tensor2D, mask: tf.ones<tf.Rank.R2>([16, 12], 'bool') };
    const [target] = (await truth.loss(observations).data()) as unknown as [number];
    const hmm = new NeuralHMM({ emission: new CategoricalEmission({ stateCount: 2, symbolCount: 3, rng }), rng });
    const loss = await train(() => hmm.loss(observations), variablesOf(hmm), 60);
    if (!(loss < target + 0.05)) throw new Error(`the loss is ${loss}, that of the true chain ${target}`);
    truth.dispose();
    hmm.dispose();
  },
};

async function gradientsAreRight<V extends tf.Tensor>(hmm: NeuralHMM<V>, values: V): Promise<void> {
  await checkGradients(() => hmm.loss({ values, mask: mask() }), variablesOf(hmm));
  await expectClose(
    tf.isNaN(hmm.logLikelihood({ values, mask: mask() })),
    [0, 0, 0],
    tolerance,
    'NaN in the log-likelihood',
  );
  hmm.dispose();
}

function variablesOf<V extends tf.Tensor>(hmm: NeuralHMM<V>): tf.Variable[] {
  return [...hmm.namedVariables()].map(([, variable]) => variable);
}
