/** The ready-made optimisers make the same steps as PyTorch's. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../__fixtures__/optimizers.json' with { type: 'json' };
import { useBackend } from '../backend/index.js';
import { backendsHere, expectClose } from '../testing/index.js';
import {
  adagrad,
  adam,
  adamw,
  addDecayedWeights,
  chain,
  type GradientTransformation,
  Optimizer,
  rmsprop,
  sgd,
} from './index.js';

/** float32 against float64, over eight steps. */
const tolerance = 3e-6;

const peers: Record<string, GradientTransformation> = {
  SGD: sgd({ learningRate: 0.1 }),
  SGD_momentum: sgd({ learningRate: 0.1, momentum: 0.9 }),
  SGD_nesterov: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  SGD_wd: chain(addDecayedWeights(0.01), sgd({ learningRate: 0.1 })),
  Adam: adam({ learningRate: 0.05 }),
  AdamW: adamw({ learningRate: 0.05, weightDecay: 0.1 }),
  RMSprop: rmsprop({ learningRate: 0.01 }),
  RMSprop_mom: rmsprop({ learningRate: 0.01, momentum: 0.9, centered: true }),
  Adagrad: adagrad({ learningRate: 0.1 }),
};

it('the file holds a case for each', () => {
  expect(golden.cases.map(({ name }) => name)).toEqual(Object.keys(peers));
});

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(golden.cases)('$name', async ({ name, p0, grads, trajectory }) => {
    const weight = tf.tidy(() => tf.variable(tf.tensor(p0.data, p0.shape)));
    using optimizer = new Optimizer(peers[name]!);
    for (const [step, values] of grads.entries()) {
      tf.tidy(() => optimizer.apply({ weight: tf.tensor(values, p0.shape) }, { weight }));
      await expectClose(weight, trajectory[step]!, tolerance, `step ${step}`);
    }
    weight.dispose();
  });
});
