/** What must hold of a CRF beyond its chain, on every backend. */
import { type Module, Rng, sequence } from '@seqloom/core';
import { expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { CRF } from '../crf/crf.js';
import { crfLossLaws } from './crf-loss-laws.js';
import type { Law } from './for-chains.js';
import { maskOf, train } from './training.js';

/** Float32. */
const tolerance = 2e-5;

export const crfLaws: Readonly<Record<string, Law>> = {
  ...crfLossLaws,
  'forbidden paths have probability 0, in training and in decoding': async () => {
    // Labels O B I: I neither begins a sequence nor follows O.
    const allowed = {
      initial: [1, 1, 0],
      transition: [
        [1, 1, 0],
        [1, 1, 1],
        [1, 1, 1],
      ],
    };
    const crf = new CRF({ labelCount: 3, allowed, rng: new Rng(1) });
    const emissions = sequence(
      tf.tensor3d([
        [
          [0, 0, 9],
          [2, 0, 9],
          [0, 1, 9],
        ],
        [
          [5, 0, 0],
          [0, 1, 4],
          [0, 0, 3],
        ],
      ]),
    );
    const labels = tf.tensor2d(
      [
        [0, 2, 2],
        [1, 2, 0],
      ],
      [2, 3],
      'int32',
    );
    const [forbidden] = (await crf.logLikelihood(emissions, labels).array()) as number[];
    await expectClose([forbidden!], [-Infinity], 0, 'log-likelihood of O I I');
    await expectClose(
      tf.cast(crf.decode(emissions), 'float32'),
      [
        [1, 2, 2],
        [0, 1, 2],
      ],
      0,
      'decoded',
    );
    const marginals = crf.marginals(emissions);
    await expectClose(tf.sum(marginals, 2), tf.ones([2, 3]), tolerance, 'sum of marginals');
    await expectClose(tf.slice(marginals, [0, 0, 2], [2, 1, 1]), [0, 0], 0, 'probability of beginning with I');
    crf.dispose();
  },
  'the loss is the mean over sequences that have a real step': async () => {
    const crf = new CRF({ labelCount: 2, rng: new Rng(2) });
    const values = tf.tensor3d([
      [
        [1, 2],
        [0, 1],
      ],
      [
        [3, 1],
        [1, 1],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    const labels = tf.tensor2d(
      [
        [0, 1],
        [1, 0],
        [0, 0],
      ],
      [3, 2],
      'int32',
    );
    const loss = crf.loss(
      sequence(
        values,
        maskOf([
          [1, 1],
          [0, 1],
          [0, 0],
        ]),
      ),
      labels,
    );
    const one = (row: number, start: number) =>
      crf.loss(
        sequence(tf.slice(values, [row, start, 0], [1, 2 - start, 2])),
        tf.slice(labels, [row, start], [1, 2 - start]),
      );
    await expectClose(loss, tf.div(tf.add(one(0, 0), one(1, 1)), 2), tolerance, 'loss');
    await expectClose(
      crf.loss(
        sequence(
          values,
          maskOf([
            [0, 0],
            [0, 0],
            [0, 0],
          ]),
        ),
        labels,
      ),
      [0],
      0,
      'loss of nothing',
    );
    crf.dispose();
  },
  'training steps and answers leave nothing behind': async () => {
    const crf = new CRF({ labelCount: 3, allowed: { initial: [1, 1, 0] }, rng: new Rng(4) });
    const emissions = sequence(tf.zeros<tf.Rank.R3>([2, 4, 3]));
    const labels = tf.zeros<tf.Rank.R2>([2, 4], 'int32');
    await expectNoLeak(() => tf.dispose(tf.variableGrads(() => crf.loss(emissions, labels), variablesOf(crf))), 20);
    const answers = () => [crf.loss(emissions, labels), crf.decode(emissions), crf.marginals(emissions)];
    await expectNoLeak(() => tf.dispose(answers()));
    crf.dispose();
  },
  'with emissions that cannot tell, it learns that labels alternate': async () => {
    // The input shows only the first label: 1 at the first step says "odd", 0 "even"; later steps look alike.
    const rng = new Rng(3);
    const rows = Array.from({ length: 16 }, () => ({ first: rng.below(2), length: 2 + rng.below(5) }));
    const T = 6;
    const inputs = tf.tensor3d(
      rows.map(({ first }) => Array.from({ length: T }, (_, t) => [Number(t === 0) * (2 * first - 1), 1])),
    );
    const labels = tf.tensor2d(
      rows.map(({ first }) => Array.from({ length: T }, (_, t) => (first + t) % 2)),
      undefined,
      'int32',
    );
    const mask = maskOf(rows.map(({ length }) => Array.from({ length: T }, (_, t) => Number(t < length))));
    const crf = new CRF({ labelCount: 2, rng });
    const weight = tf.variable(tf.zeros<tf.Rank.R2>([2, 2]));
    const emissions = () =>
      sequence(tf.reshape(tf.matMul(tf.reshape(inputs, [-1, 2]), weight), [rows.length, T, 2]), mask);
    const loss = await train(() => crf.loss(emissions(), labels), [weight, ...variablesOf(crf)], 40);
    if (!(loss < 0.1)) throw new Error(`the loss is still ${loss}`);
    const expected = tf.where(mask, labels, tf.fill(labels.shape, -1, 'int32'));
    await expectClose(tf.cast(crf.decode(emissions()), 'float32'), tf.cast(expected, 'float32'), 0, 'decoded');
    crf.dispose();
  },
};

function variablesOf(module: Module): tf.Variable[] {
  return [...module.namedVariables()].map(([, variable]) => variable);
}
