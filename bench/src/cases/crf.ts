/** The loss of a tagger with its gradient, and Viterbi: our kernels beside the same formulas in tfjs' own ops. */
import { lengthMask, Rng, sequence } from '@seqloom/core';
import { CRF, LinearChain } from '@seqloom/hmm-crf';
import { maskedCrossEntropy } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase, Work } from '../compare.js';
import { eachOnItsKernels } from '../plain-wasm.js';

interface Inputs {
  logits: tf.Tensor3D;
  labels: tf.Tensor2D;
  mask: tf.Tensor2D;
}

const warmUp = 50; // runs, until V8 has compiled the kernels for speed

function bench(name: string, [B, T, V]: readonly [number, number, number], work: (inputs: Inputs) => Work): BenchCase {
  return {
    name,
    size: `${B}×${T}×${V}`,
    backend: 'wasm',
    peer: 'tfjs ops composed',
    async prepare() {
      const before = await eachOnItsKernels();
      const inputs: Inputs = {
        logits: tf.randomNormal([B, T, V], 0, 1, 'float32', 1),
        labels: tf.randomUniform([B, T], 0, V, 'int32', 2),
        mask: lengthMask(new Array<number>(B).fill(T)),
      };
      const run = work(inputs);
      const once = () => tf.tidy(() => void run());
      for (let i = 0; i < warmUp; i++) once();
      return { ours: once, theirs: once, before, dispose: () => tf.dispose(Object.values(inputs)) };
    },
  };
}

const crfSizes = [32, 50, 17] as const;

export const cases: BenchCase[] = [
  bench('CRF loss and gradient', crfSizes, ({ logits, labels, mask }) => {
    const crf = new CRF({ labelCount: logits.shape[2], rng: new Rng(1) });
    const parameters = [...crf.namedVariables()].map(([, variable]) => variable);
    const loss = (x: tf.Tensor) => crf.loss(sequence(x as tf.Tensor3D, mask), labels);
    return () => void tf.grads(loss as (...xs: tf.Tensor[]) => tf.Scalar)([logits, ...parameters]);
  }),
  bench('CRF Viterbi', crfSizes, ({ logits, mask }) => {
    const crf = new CRF({ labelCount: logits.shape[2], rng: new Rng(1) });
    return () => void crf.decode(sequence(logits, mask));
  }),
  bench('cross-entropy and gradient', [32, 20, 10_000], ({ logits, labels, mask }) => {
    const loss = (x: tf.Tensor) => maskedCrossEntropy(x as tf.Tensor3D, labels, mask);
    return () => void tf.grad(loss)(logits);
  }),
  {
    name: 'log partition by scan',
    size: '1×10000×5',
    backend: 'wasm',
    peer: 'step by step, tfjs ops',
    async prepare() {
      const before = await eachOnItsKernels();
      const [T, K] = [10_000, 5];
      const potentials = {
        initial: tf.zeros<tf.Rank.R1>([K]),
        transition: tf.randomNormal<tf.Rank.R2>([K, K], 0, 1, 'float32', 1),
        emission: tf.randomNormal<tf.Rank.R3>([1, T, K], 0, 1, 'float32', 2),
        mask: tf.ones<tf.Rank.R2>([1, T], 'bool'),
      };
      const run = (recursion: 'scan' | 'sequential') => () =>
        tf.tidy(() => void new LinearChain(potentials, { recursion }).logPartition());
      const dispose = () => tf.dispose(Object.values(potentials));
      return { ours: run('scan'), theirs: run('sequential'), before, dispose };
    },
  },
];
