/** The training of a feature CRF, iteration by iteration, that can be kept and gone on with. */
import { type JsonValue, type Rng, UsageError } from '@seqloom/core';
import {
  type Algorithm,
  type AlgorithmState,
  type FeatureCRF,
  type FeatureTrainingEvent,
  fitFeatureCRF,
  type LabelledItems,
  trainFeatureCRF,
} from '@seqloom/hmm-crf/feature-crf';
import type { Iteration } from '../experiment.js';
import { readTraining, writeTraining } from './kept-training.js';

export class FeatureTraining {
  /** Weights: one for each label of each attribute, and one for each pair of labels. */
  readonly parameters: number;
  readonly #examples: readonly LabelledItems[];
  readonly #algorithm: () => Algorithm;
  #events: AsyncGenerator<FeatureTrainingEvent> | undefined;
  #crf: FeatureCRF | undefined;
  #state: AlgorithmState | undefined;
  #loss = Number.NaN;

  constructor(examples: readonly LabelledItems[], algorithm: () => Algorithm) {
    this.#examples = examples;
    this.#algorithm = algorithm;
    const labels = new Set(examples.flatMap((example) => example.labels)).size;
    const attributes = new Set(examples.flatMap(({ items }) => items.flatMap((item) => item as readonly string[])));
    this.parameters = labels * (attributes.size + labels);
  }

  /** The model as it is; before the first iteration all weights are 0. */
  async crf(): Promise<FeatureCRF> {
    this.#crf ??= await fitFeatureCRF(this.#examples, { signal: AbortSignal.abort() });
    return this.#crf;
  }

  /** One iteration: its objective by the sentence; where the algorithm has ended, it is asked again whether it would go on. */
  async iterate(rng: Rng): Promise<Iteration> {
    const resume = this.#state && { resume: this.#state };
    this.#events ??= trainFeatureCRF(this.#examples, { algorithm: this.#algorithm(), rng, ...resume });
    const { value: event } = await this.#events.next();
    if (event?.type === 'iteration') {
      this.#crf = event.crf();
      this.#state = event.state();
      this.#loss = event.loss / this.#examples.length;
      return { loss: this.#loss };
    }
    this.dispose();
    if (event?.reason === 'diverged') throw new UsageError('crf', 'the loss is no number any more');
    return { end: event?.reason === 'maxIterations' ? 'The algorithm has ended' : 'Converged' };
  }

  async save(made?: JsonValue): Promise<Uint8Array<ArrayBuffer>> {
    const kept = { crf: await this.crf(), loss: this.#loss, ...(this.#state && { state: this.#state }) };
    return writeTraining(kept, made);
  }

  /** Throws a CheckpointError, and stays as it is, where `bytes` are something else. */
  load(bytes: Uint8Array): void {
    const { crf, state, loss } = readTraining(bytes);
    this.dispose();
    this.#crf = crf;
    this.#state = state;
    this.#loss = loss;
  }

  dispose(): void {
    void this.#events?.return(undefined);
    this.#events = undefined;
  }
}
