/** What a person can give a model to try: the field that the page shows, and the value that `predict` gets. */

export type InputField = TextField | SeriesField | AudioField | NoField;

export interface TextField {
  readonly kind?: 'text';
  readonly label: string;
  readonly maxLength: number;
}

/** Numbers, typed or drawn with the pointer. */
export interface SeriesField {
  readonly kind: 'series';
  readonly label: string;
  /** How many numbers; a shorter series may be typed. */
  readonly length: number;
  /** The bounds of what is drawn, as long as no number lies beyond them. */
  readonly minimum: number;
  readonly maximum: number;
}

/** A sound from the microphone or a WAV file, one channel, from -1 to 1. */
export interface AudioField {
  readonly kind: 'audio';
  readonly label: string;
  /** What the model hears, in hertz; whatever was recorded is resampled to it. */
  readonly sampleRate: number;
  /** Longer sounds are cut. */
  readonly seconds: number;
}

/** Nothing to type: the person picks one of the data's examples (`Prepared.examples`), and `predict` gets its index. */
export interface NoField {
  readonly kind: 'none';
  readonly label: string;
}

export type Input = string | readonly number[] | Float32Array | number;

export type InputOf<F extends InputField> = F extends { kind: 'series' }
  ? readonly number[]
  : F extends { kind: 'audio' }
    ? Float32Array
    : F extends { kind: 'none' }
      ? number
      : string;

/** Something from the data that one may try. */
export interface Example<I extends Input = Input> {
  readonly label: string;
  readonly input: I;
}
