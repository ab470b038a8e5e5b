/** The three forms in which an optimiser may come. */
import * as tf from '@tensorflow/tfjs-core';
import { Optimizer, type VariablesByPath } from '../optimizers/optimizer.js';
import type { GradientTransformation } from '../optimizers/transformation.js';
import { type GradientsByPath, wholeGradient } from '../rows/row-gradient.js';

/** One of Seqloom's, a transformation to make one of for this run, or one of tfjs' own. */
export type AnyOptimizer = Optimizer | GradientTransformation | tf.Optimizer;

export interface Updater {
  /** Only Seqloom's own have a state that a checkpoint can hold. */
  readonly optimizer?: Optimizer;
  apply(gradients: GradientsByPath, parameters: VariablesByPath): void;
  /** Frees what was made for this run. */
  release(): void;
}

export function updaterOf(given: AnyOptimizer): Updater {
  if (given instanceof tf.Optimizer) {
    return { apply: (gradients, parameters) => applyTfjs(given, gradients, parameters), release() {} };
  }
  const optimizer = given instanceof Optimizer ? given : new Optimizer(given);
  return {
    optimizer,
    apply: (gradients, parameters) => optimizer.apply(gradients, parameters),
    release: () => (optimizer === given ? undefined : optimizer.dispose()),
  };
}

/** tfjs keeps moments by position, so each variable must always have its place, with or without a gradient. */
function applyTfjs(optimizer: tf.Optimizer, gradients: GradientsByPath, parameters: VariablesByPath): void {
  tf.tidy(() =>
    optimizer.applyGradients(
      Object.entries(parameters).map(([path, variable]) => ({
        name: variable.name,
        tensor: wholeGradient(gradients[path] ?? tf.zerosLike(variable), variable),
      })),
    ),
  );
}
