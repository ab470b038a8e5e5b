/** One step of a decoder with location-sensitive attention, forward and backward, beside the same formula in tfjs' own ops. */
import { Attention, LocationSensitiveScore } from '@seqloom/attention';
import { type Alignment, Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';
import { eachOnItsKernels } from '../plain-wasm.js';

const [batch, keyCount, size, querySize, filters, width] = [32, 500, 128, 256, 10, 31];

/** The memory is prepared: a decoder does that once. Its gradient, that of the query and those of all weights are asked for. */
export const cases: BenchCase[] = [
  {
    name: 'location-sensitive decoder step',
    size: `B=${batch} K=${keyCount} U=${size}, ${filters} × ${width}`,
    backend: 'wasm',
    peer: 'tfjs ops composed',
    async prepare() {
      const before = await eachOnItsKernels();
      const scorer = new LocationSensitiveScore({
        ...{ querySize, keySize: size, size, filters, width },
        rng: new Rng(1),
      });
      const attention = new Attention({ scorer });
      const random = (shape: [number, number, number], seed: number) =>
        tf.randomNormal<tf.Rank.R3>(shape, 0, 1, 'float32', seed);
      const query = random([batch, 1, querySize], 1);
      const [keys, values] = [2, 3].map((seed) => random([batch, keyCount, size], seed)) as [tf.Tensor3D, tf.Tensor3D];
      const mask = tf.ones<tf.Rank.R2>([batch, keyCount], 'bool');
      const previous: Alignment = { weights: tf.tidy(() => tf.softmax(random([batch, 1, keyCount], 4))) };
      const weights = [scorer.query, scorer.filter, scorer.location, scorer.energy] as tf.Tensor[];
      const loss = (asked: tf.Tensor, prepared: tf.Tensor) => {
        const memory = { keys: prepared as tf.Tensor3D, values, mask };
        const { context } = attention.attend(asked as tf.Tensor3D, memory, { previous });
        return tf.mean(tf.square(context)) as tf.Scalar;
      };
      const work = () =>
        tf.tidy(() => void tf.grads((asked, prepared) => loss(asked!, prepared!))([query, keys, ...weights]));
      const dispose = () => {
        attention.dispose();
        tf.dispose([query, keys, values, mask, previous.weights]);
      };
      return { ours: work, theirs: work, before, dispose };
    },
  },
];
