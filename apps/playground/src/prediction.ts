/** What a model makes of an input, as plain data. */
import type { Picture } from './picture.js';

export interface Prediction {
  /** One answer, or several that are shown below each other: an intent and its slots, say. */
  readonly result: Result | readonly Result[];
  /** By the name of the view; a view without a picture is not offered. */
  readonly pictures: Readonly<Record<string, Picture>>;
}

export type Result = TextResult | TagsResult | LabelResult | SeriesResult | FramesResult;

/** Text out, written token by token. */
export interface TextResult {
  readonly kind: 'text';
  readonly text: string;
  /** Probability of each token of the text. */
  readonly confidence: readonly number[];
  /** The tokens that the text is made of, where they are not its characters. */
  readonly tokens?: readonly string[];
  /** What this text is, where there are several: 'beam search', 'reference', … */
  readonly label?: string;
}

/** One tag per word, best first, with the probabilities of the likeliest ones. */
export interface TagsResult {
  readonly kind: 'tags';
  readonly words: readonly {
    word: string;
    tag: string;
    likely: readonly (readonly [tag: string, probability: number])[];
  }[];
  /** What these tags are, where there are several rows of them: 'CRF', 'HMM', … */
  readonly label?: string;
}

/** One label for the whole input. */
export interface LabelResult {
  readonly kind: 'label';
  readonly label: string;
  /** The likeliest ones, best first. */
  readonly likely: readonly (readonly [label: string, probability: number])[];
  /** How much each word counted, from 0 to 1. */
  readonly words?: readonly { readonly word: string; readonly weight: number }[];
}

/** A series that goes on: what was given, and quantiles of what comes. */
export interface SeriesResult {
  readonly kind: 'series';
  readonly given: readonly number[];
  /** By rising quantile; 0.5 is drawn as the line, the others as bands around it. */
  readonly forecast: readonly { readonly quantile: number; readonly values: readonly number[] }[];
  /** What really came, where it is known. */
  readonly actual?: readonly number[];
}

/** Moving pictures, one row of frames each: given, foretold, real. */
export interface FramesResult {
  readonly kind: 'frames';
  readonly height: number;
  readonly width: number;
  /** Brightness from 0 to 1, [height, width] per frame. */
  readonly rows: readonly { readonly label: string; readonly frames: readonly Float32Array[] }[];
}

/** A number that the person set in a picture: the model is asked to answer as if it had been so. */
export interface Touch {
  /** The name of the view. */
  readonly view: string;
  /** Index of the picture's layer. */
  readonly layer: number;
  /** matrix: as drawn; lanes: row = unit, column = time step; trellis: row = state, column = time step. */
  readonly row: number;
  readonly column: number;
  readonly value: number;
}
