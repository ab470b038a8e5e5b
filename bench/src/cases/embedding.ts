/** A training step of an embedding of 100,000 words with Adam: gradients of the rows that a batch reads beside whole gradients. */
import { adam, dataset, train, useBackend } from '@seqloom/core';
import { Embedding } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';

const [batch, time, vocabularySize, size] = [32, 25, 100_000, 100];

/** `train`, one event at a time: after the slots exist, each is a step. */
function steps(sparse: boolean) {
  const ids = tf.randomUniform<tf.Rank.R2>([batch, time], 0, vocabularySize, 'int32', 1);
  const model = new Embedding({ vocabularySize, size, sparse });
  const endless = dataset(function* () {
    for (;;) yield 0; // the batch is always the same
  });
  const loss = () => tf.mean(tf.square(model.forward(ids))) as tf.Scalar;
  const run = train({ model, data: endless, loss, optimizer: adam({ learningRate: 1e-3 }), epochs: 1 });
  const dispose = async () => {
    await run.return(undefined as never);
    model.dispose();
    ids.dispose();
  };
  return { run: () => run.next(), dispose };
}

export const cases: BenchCase[] = [
  {
    name: 'Embedding step, sparse',
    size: `${batch}×${time} of ${vocabularySize}×${size}`,
    backend: 'wasm',
    peer: 'whole gradients',
    async prepare() {
      await useBackend('wasm');
      const [sparse, whole] = [steps(true), steps(false)];
      const dispose = async () => {
        await sparse.dispose();
        await whole.dispose();
      };
      return { ours: sparse.run, theirs: whole.run, dispose };
    },
  },
];
