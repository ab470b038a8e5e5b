/** A training step of an output layer over 50,000 classes: sampled and adaptive softmax beside the softmax over all of them. */
import { adam, dataset, type Module, Rng, sequence, train, useBackend } from '@seqloom/core';
import { AdaptiveSoftmax, Linear, maskedCrossEntropy, SampledSoftmax } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';

const [batch, time, inputSize, vocabularySize] = [16, 20, 128, 50_000];

type Layer = Module & { loss?: SampledSoftmax['loss'] };

/** `train`, one event at a time: after the slots exist, each is a step. Targets are as frequent as words are. */
function steps(make: () => Layer) {
  const rng = new Rng(1);
  const draw = () => Math.min(vocabularySize - 1, Math.floor(Math.exp(rng.uniform() * Math.log(vocabularySize))) - 1);
  const targets = tf.tensor2d(Array.from({ length: batch * time }, draw), [batch, time], 'int32');
  const x = sequence(tf.randomNormal([batch, time, inputSize], 0, 1, 'float32', 2));
  const model = make();
  const endless = dataset(function* () {
    for (;;) yield 0; // the batch is always the same
  });
  const loss = () =>
    model instanceof Linear ? maskedCrossEntropy(model.forward(x.values), targets, x.mask) : model.loss!(x, targets);
  const run = train({ model, data: endless, loss, optimizer: adam({ learningRate: 1e-3 }), epochs: 1 });
  const dispose = async () => {
    await run.return(undefined as never);
    model.dispose();
    tf.dispose([targets, x.values, x.mask]);
  };
  return { run: () => run.next(), dispose };
}

function bench(name: string, make: () => Layer): BenchCase {
  return {
    name,
    size: `${batch}×${time}×${inputSize} of ${vocabularySize}`,
    backend: 'wasm',
    peer: 'full softmax',
    async prepare() {
      await useBackend('wasm');
      const ours = steps(make);
      const full = steps(() => new Linear({ inputSize, outputSize: vocabularySize, rng: new Rng(3) }));
      const dispose = async () => {
        await ours.dispose();
        await full.dispose();
      };
      return { ours: ours.run, theirs: full.run, dispose };
    },
  };
}

export const cases: BenchCase[] = [
  bench(
    'sampled softmax step, 512',
    () => new SampledSoftmax({ inputSize, vocabularySize, samples: 512, rng: new Rng(3) }),
  ),
  bench(
    'adaptive softmax step',
    () => new AdaptiveSoftmax({ inputSize, vocabularySize, cutoffs: [2000, 10_000], rng: new Rng(3) }),
  ),
];
