/** What every ready model is: a network together with what reads and writes for it. */
import { type FitResult, type JsonValue, type Metrics, Module, type Rng, saveWeights } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { batchesByLength } from './batch-size.js';
import { type FitOptions, fitModel } from './fit-model.js';

/** The metric of `evaluate` that says which epoch was the best. */
export interface Criterion {
  readonly metric: string;
  readonly mode: 'min' | 'max';
}

/** A network that takes examples as people have them, learns from them, is measured on others, and is saved with all that it needs to be used. */
export abstract class ReadyModel<Example> extends Module {
  abstract readonly criterion: Criterion;
  /** Shuffling, initial values and dropout draw from streams split from it. */
  abstract readonly rng: Rng;

  /** What one needs to build the model again; it is saved with the weights. */
  abstract config(): JsonValue;

  /** The mean loss of a batch → scalar. */
  abstract loss(examples: readonly Example[]): tf.Scalar;

  /** How long an example is: examples of similar length share a batch. */
  abstract lengthOf(example: Example): number;

  /** How good the model is on examples that it has not seen. */
  abstract evaluate(examples: readonly Example[]): Promise<Metrics>;

  /** Learns; with `dev` the model is that of the best epoch in the end. Throws OptionError and DataError before anything has changed. */
  fit(examples: readonly Example[], options: FitOptions<Example> = {}): Promise<FitResult> {
    const loss = (batch: readonly Example[]) => this.loss(batch);
    const batches = batchesByLength(
      () => examples,
      (example: Example) => this.lengthOf(example),
    );
    return fitModel(this, examples, { batches, loss }, options);
  }

  /** The model as a file (safetensors), config and all; `load` of the same class reads it. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    return saveWeights(this, this.config());
  }
}
