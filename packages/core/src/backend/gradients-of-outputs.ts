/**
 * Gradients that read what their op has made. tfjs' own keep only the output, which stands on the tape before the op that made it, so that
 * derivatives of these gradients silently lack a part; ours make it again from the input whenever they are differentiated themselves.
 * (tf.logSoftmax has its gradient inside and keeps the fault: its second derivatives are wrong.)
 */
import * as tf from '@tensorflow/tfjs-core';
import { isTapeOn } from './tape.js';

export const gradientsOfOutputs: tf.GradConfig[] = [
  fromOutput(tf.Exp, 'x', tf.exp, (dy, y) => tf.mul(dy, y)),
  fromOutput(tf.Sigmoid, 'x', tf.sigmoid, (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  fromOutput(tf.Tanh, 'x', tf.tanh, (dy, y) => tf.mul(tf.sub(1, tf.square(y)), dy)),
  fromOutput(tf.Softmax, 'logits', softmax, (dy, y, attributes) => {
    const weighted = tf.mul(dy, y);
    return tf.sub(weighted, tf.mul(tf.sum(weighted, attributes.dim as number, true), y));
  }),
];

type Attributes = tf.NamedAttrMap;

function fromOutput(
  kernelName: string,
  input: string,
  again: (x: tf.Tensor, attributes: Attributes) => tf.Tensor,
  gradient: (dy: tf.Tensor, y: tf.Tensor, attributes: Attributes) => tf.Tensor,
): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: [input],
    outputsToSave: [true],
    gradFunc(dy, saved, attributes) {
      const [x, y] = saved as [tf.Tensor, tf.Tensor];
      return { [input]: () => gradient(dy as tf.Tensor, isTapeOn() ? again(x, attributes) : y, attributes) };
    },
  };
}

function softmax(x: tf.Tensor, attributes: Attributes): tf.Tensor {
  return tf.softmax(x, attributes.dim as number);
}
