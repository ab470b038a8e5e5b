/** What the page and the training worker say to each other. Tensors stay in the worker; only plain data crosses. */
import type { Setup } from '../controls/control.js';
import type { DataPreview, Description, Example, Input, Prediction, Touch } from '../experiment.js';

/** From the page. Commands are carried out one after another, between two training steps. */
export type Command =
  | { type: 'compose'; composition: Composition; start: Start }
  | { type: 'train' }
  | { type: 'pause' }
  | { type: 'step' }
  | { type: 'stop' }
  | { type: 'watch'; question: Question }
  | { type: 'save' }
  | { type: 'keep' }
  | { type: 'export' }
  | { type: 'load'; name: string; weights: Uint8Array<ArrayBuffer> }
  /** A model trained beforehand: where it fits, it answers until training begins, which begins from nothing all the same. */
  | { type: 'pretrained'; composition: Composition; weights: Uint8Array<ArrayBuffer> };

export interface Composition {
  readonly experiment: string;
  readonly setup: Setup;
  readonly file?: File;
}

/** What the model is asked, again and again while it learns. */
export interface Question {
  /** Another experiment's model does not answer. */
  readonly experiment: string;
  readonly input: Input;
  readonly touches: readonly Touch[];
  /** Asks the model as it was at this step (one of `Progress.past`), not as it is. */
  readonly when?: number;
}

/** 'fresh': step 0. 'carry': with the weights of the model at hand where the new one has the same. Or from a checkpoint. */
export type Start = 'fresh' | 'carry' | Checkpoint;

/** By control: why its value does not go with the others. */
export type Objections = Readonly<Partial<Record<string, string>>>;

/** Everything needed to go on from a step. */
export interface Checkpoint {
  readonly step: number;
  /** The file of the weights that it began with, unless these were drawn. */
  readonly loaded?: string;
  /** Of the random stream that batches are drawn from. */
  readonly stream: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** 'ready' has not trained yet; 'stopped' has been measured on everything unseen. */
export type Phase = 'ready' | 'training' | 'paused' | 'stopped';

/** From the worker. */
export type Report =
  | { type: 'catalog'; experiments: Description[]; backends: BackendReport[] }
  | {
      type: 'composed';
      composition: Composition;
      backend: string;
      parameters: number;
      preview: DataPreview;
      examples: readonly Example[];
      /** Whether there is a program to download. */
      exportable: boolean;
      /** The model that was at hand goes on; else this is another one. */
      carried: boolean;
      loaded: string | undefined;
      phase: Phase;
      step: number;
    }
  | { type: 'refused'; composition: Composition; objections: Objections }
  | { type: 'progress'; progress: Progress }
  /** `pretrained` says who answered, where it was not the model in the making. */
  | { type: 'prediction'; question: Question; step: number; pretrained?: Origin; prediction: Prediction }
  | { type: 'checkpoint'; checkpoint: Checkpoint }
  /** `file` is how the weights are called beside a program. */
  | { type: 'saved'; experiment: string; step: number; file: string; weights: Uint8Array<ArrayBuffer> }
  | { type: 'kept'; composition: Composition; checkpoint: Checkpoint }
  | { type: 'exported'; experiment: string; step: number; files: Readonly<Record<string, string | Uint8Array>> }
  /** `brought`: with them came the setup that they were made with. */
  | { type: 'loaded'; name: string; brought: boolean }
  /** Training stopped by itself: `why` says that there is next to nothing left to learn. */
  | { type: 'ended'; why: string; step: number }
  | { type: 'failed'; failure: Failure };

/** How a model was trained that was trained beforehand. */
export interface Origin {
  readonly step: number;
  /** On everything unseen: the measure, then what is measured beside it. */
  readonly measures: readonly number[];
}

export interface BackendReport {
  readonly name: string;
  /** What it offers here, or why it is missing. */
  readonly note: string;
  readonly available: boolean;
}

/** What is new since the last report. */
export interface Progress {
  readonly phase: Phase;
  readonly step: number;
  readonly losses: readonly Point[];
  /** One value per curve: the measure, then what is measured beside it. */
  readonly measures: readonly (readonly [step: number, values: readonly number[]])[];
  readonly stepsPerSecond: number;
  readonly tensors: number;
  readonly bytes: number;
  /** The steps at which the model can still be asked. */
  readonly past: readonly number[];
}

/** Before the first report. */
export const noProgress: Progress = {
  phase: 'ready',
  step: 0,
  losses: [],
  measures: [],
  stepsPerSecond: 0,
  tensors: 0,
  bytes: 0,
  past: [],
};

export type Point = readonly [step: number, value: number];

export interface Failure {
  readonly during: 'start' | 'compose' | 'train' | 'predict' | 'save' | 'export' | 'load';
  readonly message: string;
  readonly hint?: string;
}
