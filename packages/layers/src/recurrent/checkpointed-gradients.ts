/** Gradients of several tensors, and gradients inside a gradient function: what checkpointing needs and tfjs lacks. */
import { UsageError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** The outputs in front, and what `backward` answers: a gradient for each input; the first one only where it is wanted. */
interface Differentiable {
  forward(save: (tensors: tf.Tensor[]) => void): tf.Tensor[];
  backward(dys: tf.Tensor[], saved: tf.Tensor[], firstWanted: boolean): (tf.Tensor | undefined)[];
}

/** Several outputs with a gradient of their own: tfjs' customGrad has one output, and computes the gradient of every input. */
export function withGradient(inputs: readonly tf.Tensor[], { forward, backward }: Differentiable): tf.Tensor[] {
  return (tf.engine() as unknown as CustomGradients).runKernelFunc({
    inputs: Object.fromEntries(inputs.entries()), // the tape asks for gradients in this order
    forwardFunc: (_, save) => forward(save),
    backwardsFunc(dys, saved) {
      let found: (tf.Tensor | undefined)[] | undefined;
      const gradientOf = (index: number) => {
        if (!found) {
          found = backward(([] as tf.Tensor[]).concat(dys), saved, index === 0);
          for (const tensor of found) if (tensor) saved.push(tf.keep(tensor)); // the tape disposes it in the end
        }
        return tf.clone(found[index] as tf.Tensor);
      };
      return Object.fromEntries(inputs.map((_, i) => [i, () => gradientOf(i)]));
    },
  });
}

/** What tfjs' customGrad calls; private in its types. */
interface CustomGradients {
  runKernelFunc(call: {
    inputs: tf.NamedTensorMap;
    forwardFunc(backend: unknown, save: (tensors: tf.Tensor[]) => void): tf.Tensor[];
    backwardsFunc(dys: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]): Record<string, () => tf.Tensor>;
  }): tf.Tensor[];
}

/**
 * The gradients of `f`'s outputs for `inputs`, then `variables`, given `dys`, those of the outputs; zeros where there is none.
 * Throws UsageError when `f` uses a trainable variable that is not among them: its gradient would be lost without a word.
 */
export function ownGradients(
  f: () => tf.Tensor[],
  inputs: readonly tf.Tensor[],
  variables: readonly tf.Variable[],
  dys: readonly tf.Tensor[],
): tf.Tensor[] {
  const known = [...inputs, ...variables];
  const strangers = Object.values(tf.engine().registeredVariables).filter(
    (variable) => variable.trainable && !variables.includes(variable),
  );
  const grads = onOwnTape(() => {
    const run = () => pack(f());
    return tf.engine().gradients(run, [...known, ...strangers], pack(dys), true).grads as (tf.Tensor | undefined)[];
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

/** Tensors [B,…] side by side as float32 [B,N]: a tape goes back from one tensor. */
function pack(tensors: readonly tf.Tensor[]): tf.Tensor2D {
  const rows = tensors.map((tensor) => {
    const numbers = tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
    return tf.reshape<tf.Rank.R2>(numbers, [tensor.shape[0]!, -1]);
  });
  return tf.concat(rows, 1);
}
