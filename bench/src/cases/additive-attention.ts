/** Additive attention, forward and backward: scores without the [B,Q,K,U] tensor beside the same formula in tfjs' own ops. */
import { AdditiveScore, Attention } from '@seqloom/attention';
import { Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';
import { eachOnItsKernels } from '../plain-wasm.js';

const [batch, steps, size] = [32, 30, 128];

export const cases: BenchCase[] = [
  {
    name: 'additive attention',
    size: `${batch}, ${steps} × ${steps}, ${size}`,
    backend: 'wasm',
    peer: 'tfjs ops composed',
    async prepare() {
      const before = await eachOnItsKernels();
      const scorer = new AdditiveScore({ querySize: size, keySize: size, size, rng: new Rng(1) });
      const attention = new Attention({ scorer });
      const [queries, keys] = [1, 2].map((seed) =>
        tf.randomNormal<tf.Rank.R3>([batch, steps, size], 0, 1, 'float32', seed),
      );
      const mask = tf.ones<tf.Rank.R2>([batch, steps], 'bool');
      const parameters = Array.from(attention.namedVariables(), ([, variable]) => variable);
      const loss = () => {
        const memory = attention.remember({ values: keys!, mask });
        return tf.mean(tf.square(attention.attend(queries!, memory).context)) as tf.Scalar;
      };
      const work = () => tf.tidy(() => void tf.variableGrads(loss, parameters));
      const dispose = () => {
        attention.dispose();
        tf.dispose([queries!, keys!, mask]);
      };
      return { ours: work, theirs: work, before, dispose };
    },
  },
];
