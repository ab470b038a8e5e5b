/** The CTC loss with its gradient beside the same formulas in tfjs' own ops, and beside PyTorch. */
import { sequence, useBackend } from '@seqloom/core';
import { ctcLoss } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase, Work } from '../compare.js';
import { hasTorch, torchPeer, torchWork } from '../peers/torch.js';
import { eachOnItsKernels } from '../plain-wasm.js';

const [batch, time, classes, labels] = [16, 200, 80, 30];

function lossAndGradient(): { run: Work; dispose(): void } {
  const logits = tf.randomNormal<tf.Rank.R3>([batch, time, classes], 0, 1, 'float32', 1);
  const ids = tf.randomUniform<tf.Rank.R2>([batch, labels], 1, classes, 'int32', 2);
  const mask = tf.ones<tf.Rank.R2>([batch, labels], 'bool');
  const loss = (x: tf.Tensor) => ctcLoss(sequence(x as tf.Tensor3D), { ids, mask });
  return {
    run: () => tf.tidy(() => void tf.grad(loss)(logits)),
    dispose: () => tf.dispose([logits, ids, mask]),
  };
}

const named = {
  name: 'CTC loss and gradient',
  size: `B=${batch} T=${time} V=${classes} L=${labels}`,
  backend: 'wasm',
};

const besideTfjs: BenchCase = {
  ...named,
  peer: 'tfjs ops composed',
  async prepare() {
    const before = await eachOnItsKernels();
    const { run, dispose } = lossAndGradient();
    return { ours: run, theirs: run, before, dispose };
  },
};

const besideTorch: BenchCase = {
  ...named,
  peer: torchPeer,
  async prepare() {
    await useBackend('wasm');
    const { run, dispose } = lossAndGradient();
    const { theirs, stop } = await torchWork({ work: 'ctc', threads: 1, batch, time, classes, labels });
    const end = () => {
      stop();
      dispose();
    };
    return { ours: run, theirs, dispose: end };
  },
};

export const cases: BenchCase[] = [besideTfjs, ...(hasTorch ? [besideTorch] : [])];
