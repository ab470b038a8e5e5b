/** Tasks whose answer stands far back: what has to be kept over T steps is known. */
import type { Rng } from '@seqloom/core';
import { generateAdding, generateCopy, generateRecall } from '@seqloom/data/synthetic';
import { maskedCrossEntropy } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

/** Drawn rows: what is read, and what is asked for at the last `answers` steps. */
export interface Questions {
  values: tf.Tensor3D; // [B,S,D]
  targets: tf.Tensor2D; // [B,answers]: numbers, or classes as int32
}

export interface LongTask {
  /** D. */
  inputSize: number;
  /** What the model gives at each step: one number, or a logit for each class. */
  outputSize: number;
  /** How many of the last steps are asked about. */
  answers: number;
  /** Whether a pooled summary of the whole sequence can answer. */
  pooled: boolean;
  /** What is measured, whether more of it is better, and from where on the task is solved. */
  measure: { name: string; better: 'more' | 'less'; solved: number };
  draw(rng: Rng, batch: number, length: number): Questions;
  /** outputs [B,answers,O] → the loss. */
  loss(outputs: tf.Tensor3D, targets: tf.Tensor2D): tf.Scalar;
  /** outputs [B,answers,O] → the measure. */
  score(outputs: tf.Tensor3D, targets: tf.Tensor2D): tf.Scalar;
}

const squared = (outputs: tf.Tensor3D, targets: tf.Tensor2D) =>
  tf.mean(tf.square(tf.sub(tf.squeeze(outputs, [2]), targets))) as tf.Scalar;

/** Adding (Hochreiter and Schmidhuber 1997): the sum of two marked numbers, one in each half of T; always saying 1 costs 1/6. */
const adding: LongTask = {
  inputSize: 2,
  outputSize: 1,
  answers: 1,
  pooled: true,
  measure: { name: 'MSE', better: 'less', solved: 0.01 },
  draw(rng, batch, T) {
    const x = new Float32Array(batch * T * 2);
    const examples = generateAdding({ rng, count: batch, length: T });
    for (const [b, { values, marked }] of examples.entries()) {
      for (const [t, value] of values.entries()) x[(b * T + t) * 2] = value;
      for (const t of marked) x[(b * T + t) * 2 + 1] = 1;
    }
    const y = examples.map(({ sum }) => sum);
    return { values: tf.tensor3d(x, [batch, T, 2]), targets: tf.tensor2d(y, [batch, 1]) };
  },
  loss: squared,
  score: squared,
};

const rightShare = (outputs: tf.Tensor3D, targets: tf.Tensor2D) =>
  tf.mean(tf.cast(tf.equal(tf.argMax(outputs, 2), targets), 'float32')) as tf.Scalar;
const crossEntropy = (outputs: tf.Tensor3D, targets: tf.Tensor2D) =>
  maskedCrossEntropy(outputs, targets, tf.ones<tf.Rank.R2>(targets.shape, 'bool'));
const accuracy = { name: 'right, %', better: 'more', solved: 0.99 } as const;

const [symbols, kept] = [8, 10];

/** Copy memory (Arjovsky et al., arXiv:1511.06464): ten symbols out of eight, T blanks, a sign, and then the ten must be written. */
const copy: LongTask = {
  inputSize: symbols + 2,
  outputSize: symbols,
  answers: kept,
  pooled: false,
  measure: accuracy,
  draw(rng, batch, T) {
    const [S, D] = [T + 2 * kept, symbols + 2];
    const x = new Float32Array(batch * S * D);
    const examples = generateCopy({ rng, count: batch, length: kept, symbols, delay: T });
    for (const [b, { source }] of examples.entries())
      for (const [t, symbol] of source.entries()) x[(b * S + t) * D + symbol] = 1;
    const y = examples.flatMap(({ target }) => target);
    return { values: tf.tensor3d(x, [batch, S, D]), targets: tf.tensor2d(y, [batch, kept], 'int32') };
  },
  loss: crossEntropy,
  score: rightShare,
};

/** Delayed recall: the symbol of the first step, asked for after T − 1 steps of noise. */
const recall: LongTask = {
  inputSize: symbols + 1,
  outputSize: symbols,
  answers: 1,
  pooled: true,
  measure: accuracy,
  draw(rng, batch, T) {
    const D = symbols + 1;
    const x = new Float32Array(batch * T * D);
    const examples = generateRecall({ rng, count: batch, symbols, length: T });
    for (const [b, { symbol, noise }] of examples.entries()) {
      x[b * T * D + symbol] = 1;
      for (const [t, value] of noise.entries()) x[(b * T + t + 1) * D + symbols] = value;
    }
    const y = examples.map((example) => example.symbol);
    return { values: tf.tensor3d(x, [batch, T, D]), targets: tf.tensor2d(y, [batch, 1], 'int32') };
  },
  loss: crossEntropy,
  score: rightShare,
};

export const tasks: Record<string, LongTask> = { adding, copy, 'delayed recall': recall };
