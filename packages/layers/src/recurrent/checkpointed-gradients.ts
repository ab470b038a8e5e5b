/** Gradients inside a gradient function, of several tensors packed as one: what checkpointing needs and tfjs lacks. */
import { UsageError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Tensors [B,…] side by side as float32 [B,N], since tfjs wants one tensor of a custom gradient. */
export function pack(tensors: readonly tf.Tensor[]): tf.Tensor2D {
  const rows = tensors.map((tensor) => tf.reshape<tf.Rank.R2>(float(tensor), [tensor.shape[0]!, -1]));
  return tf.concat(rows, 1);
}

/** The packed [B,N] as one piece [B,…] followed by tensors like `last`. */
export function unpack(packed: tf.Tensor2D, last: readonly tf.Tensor[]): tf.Tensor[] {
  const sizes = rowSizes(last);
  const first = packed.shape[1] - sizes.reduce((a, b) => a + b, 0);
  if (last.length === 0) return [packed]; // tfjs' split into one piece has no gradient
  const [piece, ...pieces] = tf.split(packed, [first, ...sizes], 1);
  return [piece!, ...pieces.map((row, i) => typed(tf.reshape(row, last[i]!.shape), last[i]!.dtype))];
}

/** Numbers in a row of each tensor [B,…]. */
export function rowSizes(tensors: readonly tf.Tensor[]): number[] {
  return tensors.map((tensor) => tensor.size / tensor.shape[0]!);
}

/**
 * The gradients of the packed outputs of `f` for `inputs`, then `variables`, given `dy` [B,N]; zeros where there is none.
 * Throws UsageError when `f` uses a trainable variable that is not among them: its gradient would be lost without a word.
 */
export function ownGradients(
  f: () => tf.Tensor[],
  inputs: readonly tf.Tensor[],
  variables: readonly tf.Variable[],
  dy: tf.Tensor2D,
): tf.Tensor[] {
  const known = [...inputs, ...variables];
  const strangers = Object.values(tf.engine().registeredVariables).filter(
    (variable) => variable.trainable && !variables.includes(variable),
  );
  const grads = onOwnTape(() => {
    const run = () => pack(f());
    return tf.engine().gradients(run, [...known, ...strangers], dy, true).grads as (tf.Tensor | undefined)[];
  });
  const lost = strangers.find((_, i) => grads[known.length + i]);
  if (lost) {
    const problem = `the cell uses the variable ${lost.name}, which is in none of its fields`;
    throw new UsageError('Recurrent.forward', problem, {
      hint: 'with `checkpoint`, gradients reach only what traversal finds: let the cell be a Module with the variable below it',
    });
  }
  return known.map((x, i) => grads[i] ?? tf.zeros(x.shape));
}

/** Runs `f` with a tape of its own: when tfjs ends the gradient inside, it throws away the tape of the one outside. */
function onOwnTape<T>(f: () => T): T {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return f();
  } finally {
    state.activeTape = outer;
  }
}

function float(x: tf.Tensor): tf.Tensor {
  return typed(x, 'float32');
}

function typed(x: tf.Tensor, dtype: tf.DataType): tf.Tensor {
  return x.dtype === dtype ? x : tf.cast(x, dtype);
}
