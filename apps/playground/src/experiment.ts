/** An experiment is one file in `experiments/`: a composition of public parts. The shell does the rest. */
import type { Module, Optimizer, Rng } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { type Controls, choice, plain, type SetupOf, whole } from './controls/control.js';

/** What the page needs to know of an experiment: plain data, which the worker sends. */
export interface Description {
  readonly name: string;
  readonly title: string;
  /** One sentence: what is learnt. */
  readonly summary: string;
  /** In the order in which they are shown. */
  readonly controls: Controls;
  readonly views: readonly View[];
  readonly measure: Measure;
  readonly input: InputField;
  readonly examples: readonly string[];
  readonly file?: FileKind;
}

/** A large picture that the page can switch to. */
export interface View {
  readonly name: string;
  readonly title: string;
  /** What is to be seen, in one sentence. */
  readonly help: string;
  /** What a row and a column are, in the singular. */
  readonly axes: readonly [row: string, column: string];
  /** The axis along which the tokens of the result run, if one does. */
  readonly tokens?: 'row' | 'column';
}

/** The quality shown beside the loss: a share from 0 to 1, measured on data that training never sees. */
export interface Measure {
  readonly label: string;
  /** In steps. */
  readonly every: number;
  /** Unseen examples that are looked at each time; all of them when training is stopped. */
  readonly sample: number;
}

export interface InputField {
  readonly label: string;
  readonly maxLength: number;
}

export interface FileKind {
  readonly label: string;
  readonly help: string;
  readonly extensions: readonly string[];
}

/** Data to train on, and what to tell about it. */
export interface Prepared<Data> {
  readonly data: Data;
  readonly preview: DataPreview;
}

export interface DataPreview {
  /** One line: what, how many. */
  readonly caption: string;
  readonly counts: readonly (readonly [label: string, count: number])[];
  readonly samples: readonly string[];
}

/** A model at work: how it learns, how good it is, what it says. Everything it returns is owned by the caller. */
export interface Task<Batch> {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** The next examples to learn from, a function of the random stream alone: so training can go on from any step as if it had never stopped. */
  draw(rng: Rng): Batch;
  loss(batch: Batch): tf.Scalar;
  /** The share of right answers among the first `limit` unseen examples. */
  evaluate(limit: number): Promise<number>;
  predict(input: string): Promise<Prediction>;
}

/** What the model makes of an input. */
export interface Prediction {
  readonly result: TextResult | TagsResult;
  /** By the name of the view. */
  readonly pictures: Readonly<Record<string, Picture>>;
}

/** Text out, written token by token. */
export interface TextResult {
  readonly kind: 'text';
  readonly text: string;
  /** Probability of each token of the text. */
  readonly confidence: readonly number[];
}

/** One tag per word, best first, with the probabilities of the likeliest ones. */
export interface TagsResult {
  readonly kind: 'tags';
  readonly words: readonly {
    word: string;
    tag: string;
    likely: readonly (readonly [tag: string, probability: number])[];
  }[];
}

/** A matrix with names on both axes. */
export interface Picture {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** One matrix per layer (a head, or the only one), row-major. */
  readonly layers: readonly { readonly label: string; readonly values: Float32Array }[];
  /** 'share': 0 to 1; 'signed': around 0, in both directions. */
  readonly scale: 'share' | 'signed';
  /** For each column, the row of the best path. */
  readonly path?: readonly number[];
}

/** Everything an experiment file exports by default. */
export interface Experiment<C extends Controls, Data, Batch> extends Omit<Description, 'name' | 'controls'> {
  readonly controls: C;
  /** By control: why this value does not go with the others. */
  objections?(setup: SetupOf<C & typeof everywhere>): Partial<Record<keyof C, string>>;
  data(setup: SetupOf<C & typeof everywhere>, rng: Rng, file?: File): Promise<Prepared<Data>>;
  build(setup: SetupOf<C & typeof everywhere>, data: Data, rng: Rng): Task<Batch>;
}

/** The controls that every experiment has. */
export const everywhere = {
  seed: whole({
    label: 'Seed',
    help: 'Every random number follows from it: same seed and setup, same curve.',
    affects: 'data',
    minimum: 0,
    maximum: 999_999,
    initial: 1,
  }),
  backend: choice({
    label: 'Backend',
    help: 'Where the numbers are computed. Small recurrent models are fastest on wasm; webgl and webgpu compile their programs at the first step.',
    affects: 'training',
    options: plain('auto', 'cpu', 'wasm', 'webgl', 'webgpu'),
    initial: 'auto',
  }),
};

export function defineExperiment<const C extends Controls, Data, Batch>(
  experiment: Experiment<C, Data, Batch>,
): Experiment<C, Data, Batch> {
  return experiment;
}
