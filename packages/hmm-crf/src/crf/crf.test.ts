/** Golden: pytorch-crf's likelihood, gradients and decoding, marginals by enumeration. Tolerance: 2e-5 (float32 against float64). */
import {
  DataError,
  lengthMask,
  OptionError,
  Rng,
  type Sequence,
  ShapeError,
  sequence,
  useBackend,
} from '@seqloom/core';
import { backendsHere, expectClose, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import peers from '../__fixtures__/linear-chain.json' with { type: 'json' };
import torch from '../__fixtures__/torch-crf.json' with { type: 'json' };
import { crfLaws } from '../laws/crf-laws.js';
import { CRF } from './crf.js';
import { smoothedLoss } from './losses/label-smoothing.js';
import { SecondOrderCRF } from './second-order-crf.js';

const tolerance = 2e-5;

interface Golden {
  lengths: number[];
  emissions: number[][][];
  labels: number[][];
  parameters: { initial: number[]; transition: number[]; final: number[] };
  logLikelihood: number[];
  gradients: { initial: number[]; transition: number[]; final: number[]; emissions: number[] };
  viterbi: number[][];
  marginals: number[][][];
}

const goldens: Record<string, Golden> = Object.fromEntries([
  ...peers.cases.map((c, i) => [`linear-chain.json ${i}`, fromPeers(c)]),
  ...torch.cases.map((c, i) => [`torch-crf.json ${i}`, fromTorch(c)]),
]);

describe.each(backendsHere())('CRF on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(goldens))('equals pytorch-crf: %s', async (_, golden) => {
    const { crf, emissions, labels } = build(golden);
    const { initial, transition, final } = crf;
    const sum = (values: tf.Tensor) =>
      tf.sum(crf.logLikelihood({ ...emissions, values: values as tf.Tensor3D }, labels)) as tf.Scalar;
    await expectClose(crf.logLikelihood(emissions, labels), golden.logLikelihood, tolerance, 'log-likelihood');
    const mean = golden.logLikelihood.reduce((a, b) => a - b, 0) / golden.lengths.length;
    await expectClose(crf.loss(emissions, labels), [mean], tolerance, 'loss');
    await expectClose(
      crf.marginals(emissions),
      padded(golden.marginals, emissions.values.shape),
      tolerance,
      'marginals',
    );
    await expectClose(tf.grad(sum)(emissions.values), golden.gradients.emissions, tolerance, 'gradient of emissions');
    const { grads } = tf.variableGrads(() => sum(emissions.values), [initial, transition, final]);
    for (const [name, variable] of Object.entries({ initial, transition, final })) {
      const gradient = grads[variable.name] ?? tf.zerosLike(variable);
      await expectClose(gradient, golden.gradients[name as 'initial'], tolerance, `gradient of ${name}`);
    }
    const T = emissions.values.shape[1];
    const paths = golden.viterbi.map((path) => [...path, ...new Array<number>(T - path.length).fill(-1)]);
    expect(await crf.decode(emissions).array()).toEqual(paths);
  });

  it.each(Object.entries(crfLaws))('%s', (_, law) => law(12));
  it('is a module', () => verifyModule(() => new CRF({ labelCount: 3 })));
  it('of second order is a module', () => verifyModule(() => new SecondOrderCRF({ labelCount: 3 })));

  it('says what is wrong with its input', () => {
    const crf = new CRF({ labelCount: 3 });
    const emissions = sequence(tf.zeros([2, 4, 3]), lengthMask([4, 2]));
    const labels = tf.tensor2d(
      [
        [0, 1, 2, 0],
        [0, 1, -1, -1],
      ],
      [2, 4],
      'int32',
    );
    expect(() => crf.loss(emissions, labels)).not.toThrow();
    expect(() => crf.loss(emissions, tf.fill([2, 4], 3, 'int32'))).toThrow(DataError);
    expect(() => crf.loss(sequence(tf.zeros([2, 4, 2])), labels)).toThrow(
      '`emissions` must have shape [B=2, T=4, 3], got [2,4,2]',
    );
    expect(() => crf.decode(sequence(tf.zeros([0, 4, 3])))).toThrow(ShapeError);
    expect(() => new CRF({ labelCount: 0 })).toThrow(OptionError);
    expect(() => new CRF({ labelCount: 3, tags: 3 } as never)).toThrow('unknown option `tags`');
    expect(() => new CRF({ labelCount: 3, allowed: { initial: [1, 1] } })).toThrow(
      '`allowed.initial` must have shape [3], got [2]',
    );
    expect(() => new CRF({ labelCount: 2, allowed: { transition: [[1, 1]] } })).toThrow(ShapeError);
    expect(() => smoothedLoss(crf, emissions, labels, 1)).toThrow(OptionError);
    const second = new SecondOrderCRF({ labelCount: 3 });
    expect(() => second.loss(emissions, labels)).not.toThrow();
    const wrong = tf.tensor2d([0, 1, 2, 0, 0, 4, 0, 0], [2, 4], 'int32');
    expect(() => second.loss(emissions, wrong)).toThrow('label 4 at sequence 1, step 1');
    expect(() => second.decode(sequence(tf.zeros([2, 4, 2])))).toThrow(ShapeError);
    expect(() => new SecondOrderCRF({ labelCount: 2, allowed: { final: [1] } })).toThrow(ShapeError);
  });
});

function build({ parameters, emissions, lengths, labels }: Golden): {
  crf: CRF;
  emissions: Sequence;
  labels: tf.Tensor2D;
} {
  const crf = new CRF({ labelCount: parameters.initial.length, rng: new Rng(0) });
  crf.initial.assign(tf.tensor1d(parameters.initial));
  crf.final.assign(tf.tensor1d(parameters.final));
  crf.transition.assign(tf.tensor2d(parameters.transition, crf.transition.shape));
  return {
    crf,
    emissions: sequence(tf.tensor3d(emissions), lengthMask(lengths)),
    labels: tf.tensor2d(labels, undefined, 'int32'),
  };
}

function fromPeers(c: (typeof peers.cases)[number]): Golden {
  const { start, end, transitions, emissions } = c.gradsOfSum;
  return {
    ...c,
    labels: c.tags,
    parameters: { initial: c.params.start, transition: c.params.transitions.flat(), final: c.params.end },
    gradients: { initial: start, transition: transitions.flat(), final: end, emissions: emissions.flat(2) },
    marginals: c.exact.map(({ unaryMarginals }) => unaryMarginals),
  };
}

function fromTorch(c: (typeof torch.cases)[number]): Golden {
  const { data, shape } = c.emissions_BLK;
  const [, T, K] = shape as [number, number, number];
  return {
    lengths: c.lengths,
    emissions: c.lengths.map((_, b) =>
      Array.from({ length: T }, (_, t) => data.slice((b * T + t) * K, (b * T + t + 1) * K)),
    ),
    labels: c.tags.map((tags) => [...tags, ...new Array<number>(T - tags.length).fill(0)]),
    parameters: { initial: c.start.data, transition: c.transitions_from_to.data, final: c.end.data },
    logLikelihood: c.loglik.data,
    gradients: {
      initial: c.grad_start.data,
      transition: c.grad_transitions?.data ?? new Array<number>(K * K).fill(0), // none with one step
      final: c.grad_end.data,
      emissions: c.grad_emissions.data,
    },
    viterbi: c.viterbi,
    marginals: c.marginals_bruteforce,
  };
}

function padded(marginals: number[][][], [, T, K]: [number, number, number]): number[] {
  return marginals.flatMap((rows) => [...rows.flat(), ...new Array<number>(T * K - rows.length * K).fill(0)]);
}
