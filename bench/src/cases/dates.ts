/** The Dates step: 128 pairs through an encoder and a decoder, both LSTM-64, with dot attention, and Adam. */
import { Attention, DotScore } from '@seqloom/attention';
import { Rng, useBackend } from '@seqloom/core';
import { Embedding, EncoderDecoder, LSTMCell, LuongDecoder, lstm } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase, Side } from '../compare.js';
import { tfjsDatesStep } from '../peers/tfjs-dates.js';
import { hasTorch, torchPeer, torchWork } from '../peers/torch.js';
import { eachOnItsKernels } from '../plain-wasm.js';
import { type TrainingStep, trainingStep } from '../training-step.js';

export type DateSizes = typeof sizes;

const sizes = {
  ...{ batch: 128, sourceTime: 12, targetTime: 10 },
  ...{ sourceVocabulary: 35, targetVocabulary: 13, embed: 64, units: 64 },
};

interface Batch {
  source: tf.Tensor2D;
  target: tf.Tensor2D;
}

function batch(): Batch {
  const { batch: B, sourceTime, targetTime, sourceVocabulary, targetVocabulary } = sizes;
  return {
    source: tf.randomUniform<tf.Rank.R2>([B, sourceTime], 0, sourceVocabulary, 'int32', 1),
    target: tf.randomUniform<tf.Rank.R2>([B, targetTime + 1], 0, targetVocabulary, 'int32', 2),
  };
}

function ours(given: Batch): TrainingStep {
  const { sourceVocabulary, targetVocabulary, embed, units } = sizes;
  const rng = new Rng(1);
  const cell = new LSTMCell({ inputSize: embed, hiddenSize: units, rng });
  const attention = new Attention({ scorer: new DotScore() });
  const model = new EncoderDecoder({
    source: new Embedding({ vocabularySize: sourceVocabulary, size: embed, rng }),
    target: new Embedding({ vocabularySize: targetVocabulary, size: embed, rng }),
    encoder: lstm({ inputSize: embed, hiddenSize: units, rng }),
    decoder: new LuongDecoder({ cell, attention, contextSize: units, inputSize: embed, rng }),
    rng,
  });
  return trainingStep(model, () => model.loss(given), Object.values(given));
}

const { batch: B, embed, units } = sizes;
const described = { name: 'Dates step', size: `${B}, embed ${embed}, LSTM ${units}` };

export const cases: BenchCase[] = [
  {
    ...described,
    backend: 'wasm',
    peer: 'tfjs-layers on cpu', // on wasm it cannot train an embedding
    async prepare() {
      const onPlainCpu = await eachOnItsKernels('cpu');
      await onPlainCpu('theirs');
      const theirs = tfjsDatesStep(sizes, batch());
      await useBackend('wasm');
      const mine = ours(batch());
      const before = async (side: Side) => {
        await onPlainCpu(side);
        await tf.setBackend(side === 'ours' ? 'wasm' : 'cpu');
      };
      const dispose = () => {
        theirs.dispose();
        mine.dispose();
      };
      return { ours: mine.run, theirs: theirs.run, before, dispose };
    },
  },
  ...(hasTorch ? [1, 2] : []).map(
    (threads): BenchCase => ({
      ...described,
      backend: 'wasm',
      threads,
      peer: torchPeer,
      async prepare() {
        await useBackend('wasm', { threads });
        const { run, dispose } = ours(batch());
        const { theirs, stop } = await torchWork({ work: 'dates', threads, ...sizes });
        const end = async () => {
          stop();
          dispose();
          await useBackend('wasm', { threads: 1 });
        };
        return { ours: run, theirs, dispose: end };
      },
    }),
  ),
];
