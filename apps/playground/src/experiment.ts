/** An experiment is one file in `experiments/`: a composition of public parts. The shell does the rest. */
import type { JsonValue, Module, Optimizer, Rng } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { type Controls, choice, plain, type SetupOf, whole } from './controls/control.js';
import type { Example, Input, InputField, InputOf } from './input.js';
import type { Prediction, Touch } from './prediction.js';

export type { Example, Input, InputField } from './input.js';
export type * from './picture.js';
export type * from './prediction.js';

/** What the page needs to know of an experiment: plain data, which the worker sends. */
export interface Description {
  readonly name: string;
  readonly title: string;
  /** One sentence: what is learnt. */
  readonly summary: string;
  /** The heading under which the list of experiments shows it. */
  readonly group: Group;
  /** In the order in which they are shown. */
  readonly controls: Controls;
  readonly views: readonly View[];
  /** The title of the loss curve, where it is not simply 'Loss'. */
  readonly lossLabel?: string;
  readonly measure: Measure;
  readonly outcome: Outcome;
  readonly input: InputField;
  /** Texts that one may try; where the input is no text, `Prepared.examples` has them. */
  readonly examples: readonly string[];
  readonly file?: FileKind;
}

/** In the order in which they are listed. */
export const groups = [
  'Sequence to sequence',
  'Tagging',
  'Classifying',
  'Writing',
  'Chains',
  'Memory and time',
] as const;

export type Group = (typeof groups)[number];

/** A large picture that the page can switch to. */
export interface View {
  readonly name: string;
  readonly title: string;
  /** What is to be seen, in one sentence. */
  readonly help: string;
  /** What a row and a column are, in the singular; needed where the picture does not name them itself (matrix, ribbons). */
  readonly axes?: readonly [row: string, column: string];
  /** The axis along which the tokens of the result run, if one does. */
  readonly tokens?: 'row' | 'column';
  /** Offers to set cells of the picture by hand: what that does, in one sentence. `predict` then gets the touches. */
  readonly touch?: string;
  /** What was set stays when another input is asked: it is the model's, not the answer's. */
  readonly lasting?: boolean;
}

/** The quality shown beside the loss, measured on data that training never sees. */
export interface Measure extends Quality {
  /** In steps. */
  readonly every: number;
  /** Unseen examples that are looked at each time; all of them when training is stopped. */
  readonly sample: number;
  /** Further curves from the same look; `evaluate` then returns all values, this measure's first. */
  readonly beside?: readonly Quality[];
}

export interface Quality {
  readonly label: string;
  /** 'share' (the default): from 0 to 1, shown in per cent; 'value': any number, shown as it is. */
  readonly scale?: 'share' | 'value';
}

/** What training comes to with the controls as they are at first, whatever the seed: told to the person, and held to in a real browser. */
export interface Outcome {
  readonly steps: number;
  readonly atLeast: number;
  /** Which of the measured qualities, by its label; the first unless told. */
  readonly quality?: string;
}

export interface FileKind {
  readonly label: string;
  readonly help: string;
  readonly extensions: readonly string[];
}

/** Data to train on, and what to tell about it. */
export interface Prepared<Data, I extends Input = string> {
  readonly data: Data;
  readonly preview: DataPreview;
  /** Inputs from the data that one may try: series, sounds, or what is picked where there is nothing to type. */
  readonly examples?: readonly Example<I>[];
}

export interface DataPreview {
  /** One line: what, how many. */
  readonly caption: string;
  readonly counts: readonly (readonly [label: string, count: number])[];
  readonly samples: readonly string[];
}

/** How good a model is and what it says. Everything it returns is owned by the caller. */
interface Answers<I extends Input> {
  /** The quality on the first `limit` unseen examples: one number, or one per curve (see Measure.beside). */
  evaluate(limit: number): Promise<number | readonly number[]>;
  /** The answer; with `touches`, as it would be if the person's numbers stood in the pictures (only for views that offer it). */
  predict(input: I, touches?: readonly Touch[]): Promise<Prediction>;
}

/** A model at work that learns by following gradients. */
export interface Task<Batch, I extends Input = string> extends Answers<I> {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** The next examples to learn from, a function of the random stream alone: so training can go on from any step as if it had never stopped. */
  draw(rng: Rng): Batch;
  loss(batch: Batch): tf.Scalar;
}

/** What an iteration came to. */
export interface Iteration {
  /** As a rule, from before it; none where the iteration was not made, because the end was reached before. */
  readonly loss?: number;
  /** That there is next to nothing left to learn, as the beginning of a sentence that goes on with 'after 12 iterations'. */
  readonly end?: string;
}

/** A model that learns by a rule of its own (EM, L-BFGS, counting), iteration by iteration; all of its state fits in bytes. */
export interface IterativeTask<I extends Input = string> extends Answers<I> {
  /** How many numbers are learnt. */
  readonly parameters: number;
  /** One iteration. Random numbers come from `rng` alone. */
  iterate(rng: Rng): Promise<Iteration> | Iteration;
  /** The name of what `save` writes, beside an exported program; its ending says what it is. */
  readonly file: string;
  /** The model with whatever is needed to go on: what the person downloads, and what checkpoints hold. `made` is noted in it. */
  save(made?: JsonValue): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
  /** Takes back what `save` wrote; throws (a CheckpointError) and leaves the model as it is when it cannot. */
  load(bytes: Uint8Array): Promise<void> | void;
  dispose(): void;
}

/** A project that rebuilds the model from the downloaded weights and uses it; it may import `@seqloom/*`, tfjs-core and Node only. */
export interface Program {
  /** TypeScript, kept as `use.ts`; reads the weights from their file beside it and prints what the model says to an example. */
  readonly source: string;
  /** Further files that it reads, by name: a vocabulary as JSON, say. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The name under which the weights of a network lie beside an exported program. */
export const weightsFile = 'model.safetensors';

/** The same of a hidden Markov model, which is JSON. */
export const hmmFile = 'model.json';

/** Everything an experiment file exports by default. */
export interface Experiment<C extends Controls, Data, Batch, F extends InputField = InputField>
  extends Omit<Description, 'name' | 'controls' | 'input'> {
  readonly controls: C;
  readonly input: F;
  /** By control: why this value does not go with the others. */
  objections?(setup: SetupOf<C & typeof everywhere>): Partial<Record<keyof C, string>>;
  data(setup: SetupOf<C & typeof everywhere>, rng: Rng, file?: File): Promise<Prepared<Data, InputOf<F>>>;
  build(
    setup: SetupOf<C & typeof everywhere>,
    data: Data,
    rng: Rng,
  ): Task<Batch, InputOf<F>> | IterativeTask<InputOf<F>>;
  /** The program for this setup; `data` tells sizes and vocabularies. Without it, only weights can be downloaded. */
  program?(setup: SetupOf<C & typeof everywhere>, data: Data): Program;
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

export function defineExperiment<const C extends Controls, Data, Batch, const F extends InputField>(
  experiment: Experiment<C, Data, Batch, F>,
): Experiment<C, Data, Batch, F> {
  return experiment;
}
