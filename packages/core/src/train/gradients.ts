/** Loss and gradients of one batch. */
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import type { Module } from '../module.js';
import { globalNorm } from '../optimizers/clip.js';
import type { VariablesByPath } from '../optimizers/optimizer.js';
import { gradientsWithRows } from '../rows/gather-rows.js';
import { type RowGradient, valuesOf, wholeGradient } from '../rows/row-gradient.js';
import { enterMode } from './mode.js';

export interface BatchGradients {
  gradients: Record<string, tf.Tensor | RowGradient>;
  /** The loss and the norm of all gradients [2], together so that one download gets both. */
  summary: tf.Tensor1D;
}

/** Runs `loss` with the model in training mode; the tensors returned are the caller's. */
export function batchGradients(model: Module, parameters: VariablesByPath, loss: () => tf.Scalar): BatchGradients {
  const restore = enterMode(model, true);
  try {
    return tf.tidy(() => {
      const { value, whole, rows } = gradientsWithRows(() => checkedLoss(loss()), Object.values(parameters));
      const gradients: Record<string, tf.Tensor | RowGradient> = {};
      for (const [path, variable] of Object.entries(parameters)) {
        const gradient = together(whole[variable.name], rows.get(variable), variable);
        if (gradient) gradients[path] = gradient;
      }
      return { gradients, summary: tf.stack([value, globalNorm(valuesOf(gradients))]) as tf.Tensor1D };
    });
  } catch (error) {
    throw explain(error);
  } finally {
    restore();
  }
}

/** A table that was read by rows and otherwise has a whole gradient. */
function together(
  whole: tf.Tensor | undefined,
  rows: RowGradient | undefined,
  table: tf.Tensor,
): tf.Tensor | RowGradient | undefined {
  return whole && rows ? tf.add(whole, wholeGradient(rows, table)) : (whole ?? rows);
}

function checkedLoss(value: tf.Scalar): tf.Scalar {
  if (value instanceof tf.Tensor && value.rank === 0) return value;
  const got = value instanceof tf.Tensor ? `a tensor of shape [${(value as tf.Tensor).shape}]` : typeof value;
  throw new UsageError('train', `\`loss\` must return a scalar tensor, got ${got}`, {
    hint: 'average over the batch with tf.mean; loss may not be async',
  });
}

function explain(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith('Cannot find a connection')) return error;
  return new UsageError('train', 'the loss does not depend on any trainable parameter of `model`', {
    hint: 'compute it from the output of this model, in tf ops that have a gradient',
    cause: error,
  });
}
