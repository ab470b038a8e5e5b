/** A whole training step of ours: loss, gradients, Adam. */
import { adam, type Module, Optimizer } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface TrainingStep {
  run(): void;
  dispose(): void;
}

export function trainingStep(model: Module, loss: () => tf.Scalar, given: readonly tf.Tensor[]): TrainingStep {
  const parameters = Object.fromEntries(model.namedVariables());
  const optimizer = new Optimizer(adam({ learningRate: 1e-3 }));
  const variables = Object.entries(parameters);
  return {
    run: () =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(
          loss,
          variables.map(([, variable]) => variable),
        );
        const byPath = variables.map(([path, variable]) => [path, grads[variable.name]!]);
        optimizer.apply(Object.fromEntries(byPath), parameters);
      }),
    dispose() {
      model.dispose();
      optimizer.dispose();
      tf.dispose([...given]);
    },
  };
}
