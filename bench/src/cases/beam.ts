/** Beam search: five hypotheses side by side over 128 dates, beside five greedy runs over the same (encoder and decoder LSTM-64, dot attention). */
import { Attention, DotScore } from '@seqloom/attention';
import { Rng, useBackend } from '@seqloom/core';
import { beamSearch, Embedding, EncoderDecoder, forbid, greedy, LSTMCell, LuongDecoder, lstm } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';

const sizes = { batch: 128, sourceTime: 30, sourceVocabulary: 60, targetVocabulary: 14, embed: 64, units: 64 };
const width = 5;

/** Ten symbols and the end, as an ISO date has: all runs take eleven steps. */
const writing = { start: 1, end: 2, maxLength: 11 };

function model() {
  const { sourceVocabulary, targetVocabulary, embed, units } = sizes;
  const rng = new Rng(1);
  return new EncoderDecoder({
    source: new Embedding({ vocabularySize: sourceVocabulary, size: embed, rng }),
    target: new Embedding({ vocabularySize: targetVocabulary, size: embed, rng }),
    encoder: lstm({ inputSize: embed, hiddenSize: units / 2, bidirectional: true, rng }),
    decoder: new LuongDecoder({
      cell: new LSTMCell({ inputSize: embed, hiddenSize: units, rng }),
      attention: new Attention({ scorer: new DotScore() }),
      contextSize: units,
      inputSize: embed,
      rng,
    }),
    rng,
  });
}

export const cases: BenchCase[] = [
  {
    name: 'Beam search',
    size: `${width} beams, ${sizes.batch} dates, LSTM ${sizes.units}`,
    backend: 'wasm',
    peer: `${width} greedy runs`,
    async prepare() {
      await useBackend('wasm');
      const { batch, sourceTime, sourceVocabulary } = sizes;
      const source = tf.randomUniform<tf.Rank.R2>([batch, sourceTime], 0, sourceVocabulary, 'int32', 1);
      const network = model();
      const options = { ...writing, rules: [forbid([writing.end])] }; // nothing is learned: what ends early would be cheap
      const ours = () => beamSearch(network.writer({ source }), { ...options, width });
      const theirs = async () => {
        for (let run = 0; run < width; run++) await greedy(network.writer({ source }), options);
      };
      const dispose = () => {
        source.dispose();
        network.dispose();
      };
      return { ours, theirs, dispose };
    },
  },
];
