/** What the page and the training worker say to each other. Tensors stay in the worker; only plain data crosses. */
import type { Setup } from '../controls/control.js';
import type { DataPreview, Description, Prediction } from '../experiment.js';

/** From the page. Commands are carried out one after another, between two training steps. */
export type Command =
  | { type: 'compose'; composition: Composition; start: Start }
  | { type: 'train' }
  | { type: 'pause' }
  | { type: 'step' }
  | { type: 'stop' }
  | { type: 'watch'; input: string }
  | { type: 'save' }
  | { type: 'load'; name: string; weights: Uint8Array<ArrayBuffer> };

export interface Composition {
  readonly experiment: string;
  readonly setup: Setup;
  readonly file?: File;
}

/** 'fresh': step 0. 'carry': with the weights of the model at hand where the new one has the same. Or from a checkpoint. */
export type Start = 'fresh' | 'carry' | Checkpoint;

/** By control: why its value does not go with the others. */
export type Objections = Readonly<Partial<Record<string, string>>>;

/** Everything needed to go on from a step. */
export interface Checkpoint {
  readonly step: number;
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
      step: number;
    }
  | { type: 'refused'; composition: Composition; objections: Objections }
  | { type: 'progress'; progress: Progress }
  | { type: 'prediction'; input: string; step: number; prediction: Prediction }
  | { type: 'checkpoint'; checkpoint: Checkpoint }
  | { type: 'saved'; step: number; weights: Uint8Array<ArrayBuffer> }
  | { type: 'loaded'; name: string }
  | { type: 'failed'; failure: Failure };

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
  readonly measures: readonly Point[];
  readonly stepsPerSecond: number;
  readonly tensors: number;
  readonly bytes: number;
}

export type Point = readonly [step: number, value: number];

export interface Failure {
  readonly during: 'start' | 'compose' | 'train' | 'predict' | 'save' | 'load';
  readonly message: string;
  readonly hint?: string;
}
