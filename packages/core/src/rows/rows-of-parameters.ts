/** An update of some rows of a parameter. */
import * as tf from '@tensorflow/tfjs-core';
import { mapPaths, type TensorsByPath } from '../optimizers/transformation.js';
import { type GradientsByPath, isRowGradient, valuesOf, wholeGradient } from './row-gradient.js';
import { writeRows } from './write-rows.js';

/** What an update sees and writes of parameters and slots: all of them, but only some rows where the gradient has only these. */
export class RowsOfParameters {
  readonly gradients: TensorsByPath;
  readonly #rows: Record<string, tf.Tensor1D> = {};

  constructor(gradients: GradientsByPath) {
    this.gradients = valuesOf(gradients);
    for (const [path, gradient] of Object.entries(gradients)) {
      if (isRowGradient(gradient)) this.#rows[path] = gradient.ids;
    }
  }

  read(tensors: TensorsByPath): TensorsByPath {
    return mapPaths(tensors, (tensor, path) => {
      const ids = this.#rows[path];
      return ids ? tf.gather(tensor, ids) : tensor;
    });
  }

  /** `tensors` where they have new values, the rows written into them. */
  write(tensors: TensorsByPath, values: TensorsByPath): TensorsByPath {
    return mapPaths(values, (value, path) => {
      const ids = this.#rows[path];
      return ids ? writeRows(tensors[path] as tf.Tensor, ids, value) : value;
    });
  }
}

/** Every gradient whole. */
export function wholeGradients(gradients: GradientsByPath, parameters: TensorsByPath): TensorsByPath {
  return Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => [path, wholeGradient(gradient, parameters[path] as tf.Tensor)]),
  );
}
