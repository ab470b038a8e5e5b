/** The BiLSTM-CRF step: 32 sentences of 25 words from 10,000, 17 tags, and Adam over all parameters. */
import { Rng, useBackend } from '@seqloom/core';
import { CRF } from '@seqloom/hmm-crf';
import { lstm, TaggingNetwork, TokenEmbedding } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';
import { hasTorch, torchPeer, torchWork } from '../peers/torch.js';
import { type TrainingStep, trainingStep } from '../training-step.js';

const sizes = { batch: 32, time: 25, vocabulary: 10_000, embed: 100, units: 128, tags: 17 };

function ours(): TrainingStep {
  const { batch, time, vocabulary, embed, units, tags } = sizes;
  const rng = new Rng(1);
  const model = new TaggingNetwork({
    embeddings: new TokenEmbedding({ columns: [{ vocabularySize: vocabulary, size: embed }], rng }),
    encoder: lstm({ inputSize: embed, hiddenSize: units, bidirectional: true, rng }),
    tags,
    head: new CRF({ labelCount: tags, rng }),
    rng,
  });
  const given = {
    tokens: tf.randomUniform<tf.Rank.R3>([batch, time, 1], 0, vocabulary, 'int32', 1),
    labels: tf.randomUniform<tf.Rank.R2>([batch, time], 0, tags, 'int32', 2),
    mask: tf.ones<tf.Rank.R2>([batch, time], 'bool'),
  };
  return trainingStep(model, () => model.loss(given), Object.values(given));
}

const { batch: B, time, vocabulary, units } = sizes;

export const cases: BenchCase[] = (hasTorch ? [1, 2] : []).map((threads) => ({
  name: 'BiLSTM-CRF step',
  size: `${B}×${time}, ${vocabulary} words, ${units} units`,
  backend: 'wasm',
  threads,
  peer: torchPeer,
  async prepare() {
    await useBackend('wasm', { threads });
    const { run, dispose } = ours();
    const { theirs, stop } = await torchWork({ work: 'tagger', threads, ...sizes });
    const end = async () => {
      stop();
      dispose();
      await useBackend('wasm', { threads: 1 });
    };
    return { ours: run, theirs, dispose: end };
  },
}));
