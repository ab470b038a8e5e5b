/** The model of tfjs' date-conversion-attention example in tfjs-layers: embeddings, two LSTMs and dot attention, trained with Adam. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { DateSizes } from '../cases/dates.js';

export function tfjsDatesStep(
  { sourceVocabulary, targetVocabulary, embed, units }: DateSizes,
  { source, target }: { source: tf.Tensor2D; target: tf.Tensor2D },
): { run(): void; dispose(): void } {
  const recurrent = { units, returnSequences: true, recurrentInitializer: 'glorotUniform' } as const;
  const parts = {
    source: layers.embedding({ inputDim: sourceVocabulary, outputDim: embed }),
    target: layers.embedding({ inputDim: targetVocabulary, outputDim: embed }),
    encoder: layers.lstm({ ...recurrent, returnState: true }),
    decoder: layers.lstm(recurrent),
    combine: layers.dense({ units, activation: 'tanh' }),
    output: layers.dense({ units: targetVocabulary }),
  };
  const [B, T] = [target.shape[0], target.shape[1] - 1];
  const given = tf.slice(target, [0, 0], [B, T]);
  const labels = tf.oneHot(tf.reshape(tf.slice(target, [0, 1], [B, T]), [B * T]), targetVocabulary);
  const loss = () => {
    const [memory, h, c] = parts.encoder.apply(parts.source.apply(source)) as [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D];
    const embedded = parts.target.apply(given) as tf.Tensor;
    const hidden = parts.decoder.apply(embedded, { initialState: [h, c] } as never) as tf.Tensor3D;
    const weights = tf.softmax(tf.matMul(hidden, memory, false, true));
    const both = tf.concat([hidden, tf.matMul(weights, memory)], 2);
    const logits = parts.output.apply(parts.combine.apply(both)) as tf.Tensor3D;
    return tf.losses.softmaxCrossEntropy(labels, tf.reshape(logits, [B * T, targetVocabulary])) as tf.Scalar;
  };
  tf.tidy(() => void loss()); // builds the layers
  const all = Object.values(parts);
  const variables = all.flatMap((layer) => layer.trainableWeights.map((weight) => weight.read() as tf.Variable));
  const optimizer = tf.train.adam(1e-3);
  return {
    run: () => void optimizer.minimize(loss, false, variables),
    dispose() {
      optimizer.dispose();
      for (const layer of all) layer.dispose();
      tf.dispose([source, target, given, labels]);
    },
  };
}
