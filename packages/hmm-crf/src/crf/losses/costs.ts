/** What a wrong label costs: [B,T,K], for each label at each step. Losses take any such tensor; these are the usual ones. */
import { dims, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** 1 for every label but the right one: labels [B,T] int32 → [B,T,K]. Their sum along a path is its Hamming distance. */
export function hammingCosts(labels: tf.Tensor2D, labelCount: number): tf.Tensor3D {
  return tf.tidy(() => tf.sub<tf.Tensor3D>(1, oneHot(labels, labelCount)));
}

/** What taking label k for the right one costs, by a table: labels [B,T] int32, table [K right, K taken] → [B,T,K]. */
export function tableCosts(labels: tf.Tensor2D, table: tf.Tensor2D): tf.Tensor3D {
  const { B, T, K } = dims('tableCosts', { labels: [labels, 'B T'], table: [table, 'K K'] });
  return tf.tidy(() => tf.reshape(tf.matMul(tf.reshape(oneHot(labels, K), [B * T, K]), table), [B, T, K]));
}

/** Emissions that a path's costs are added to: what Gimpel and Smith call cost-augmented. */
export function withCosts({ values, mask }: Sequence, costs: tf.Tensor3D): Sequence {
  dims('withCosts', { emissions: [values, 'B T K'], costs: [costs, 'B T K'] });
  return { values: tf.add(values, costs), mask };
}

/** [B,T] → [B,T,K]; nothing where a label is out of range. */
function oneHot(labels: tf.Tensor2D, labelCount: number): tf.Tensor3D {
  const { B, T } = dims('costs', { labels: [labels, 'B T'] });
  const column = tf.reshape(tf.cast(labels, 'int32'), [B, T, 1]);
  return tf.cast(tf.equal(column, tf.range(0, labelCount, 1, 'int32')), 'float32') as tf.Tensor3D;
}
