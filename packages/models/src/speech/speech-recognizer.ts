/** What was said: frames of sound in, characters or words out, without knowing where each of them is. */
import {
  count,
  defaultRng,
  type JsonValue,
  knownOptions,
  type Metrics,
  type Module,
  type Rng,
  type Sequence,
  type SequenceLayer,
  within,
} from '@seqloom/core';
import { errorRate, Vocabulary } from '@seqloom/data';
import { padValues } from '@seqloom/data/to-tensors';
import { type CTCBeamOptions, ctcBeamDecode, ctcGreedyDecode, ctcLoss, Dropout, Linear } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type EncoderChoice, type EncoderDescription, type EncoderParts, makeEncoder } from '../encoders.js';
import { inBatches } from '../in-batches.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { checkSeries, type Scale, type Series, scaleOf, standardized } from '../series/series.js';

/** Frames of D numbers (log-mel, MFCC, pen positions) and what they say, as labels: characters, phones or words. */
export interface Utterance {
  readonly frames: Series;
  readonly labels: readonly string[];
}

export interface SpeechRecognizerOptions {
  /** A bidirectional LSTM of 128 unless told. */
  encoder?: EncoderChoice;
  /** So many frames in succession are read as one; 1 unless told. There must be one left for each label, and one more between equal neighbours. */
  stack?: number;
  /** The dropout rate on what the encoder says; 0.2 unless told. */
  dropout?: number;
  rng?: Rng;
}

/** A beam search, with a language model over `labels` plus the blank (id 0) if there is one: see `ctcBeamDecode`. */
export type RecognizeOptions<S> = Pick<CTCBeamOptions<S>, 'beam' | 'languageModel' | 'alpha' | 'beta' | 'signal'>;

interface Config {
  encoder: SavedPart<EncoderDescription>;
  stack: number;
  dropout: number;
  scale: Scale;
  labels: unknown;
}

/** `SpeechRecognizer.build(utterances)`, `fit`, `predict`: any encoder, connectionist temporal classification. */
export class SpeechRecognizer extends ReadyModel<Utterance> {
  readonly criterion: Criterion = { metric: 'errorRate', mode: 'min' };
  readonly rng: Rng;
  readonly encoder: Module & SequenceLayer<unknown>;
  readonly dropout: Dropout;
  readonly output: Linear; // [U] → [blank, labels]
  readonly #labels: Vocabulary;
  readonly #config: Config;

  private constructor(config: Config, encoder: EncoderChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    this.#labels = Vocabulary.fromJSON(config.labels);
    const inputSize = config.stack * config.scale.mean.length;
    this.encoder = makeEncoder('SpeechRecognizer', encoder, { inputSize, rng });
    this.dropout = new Dropout({ rate: config.dropout, rng });
    this.output = new Linear({ inputSize: this.encoder.outputSize, outputSize: 1 + this.labels.length, rng });
  }

  /** An untrained recogniser for the labels of the training utterances. Throws OptionError, and DataError on what is no series of finite numbers. */
  static build(utterances: readonly Utterance[], options: SpeechRecognizerOptions = {}): SpeechRecognizer {
    const where = 'SpeechRecognizer.build';
    knownOptions(where, options, ['encoder', 'stack', 'dropout', 'rng']);
    const { encoder = { kind: 'lstm', hiddenSize: 128 }, stack = 1, dropout = 0.2, rng } = options;
    count(where, 'stack', stack);
    within(where, 'dropout', dropout, 0, 1);
    const scale = scaleOf(
      where,
      utterances.map(({ frames }) => frames),
    );
    const labels = Vocabulary.closed(utterances.flatMap((utterance) => utterance.labels)).toJSON();
    return new SpeechRecognizer({ encoder: saved(encoder), stack, dropout, scale, labels }, encoder, rng);
  }

  /** The recogniser that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where its own encoder is missing. */
  static async load(bytes: Uint8Array, parts: EncoderParts = {}): Promise<SpeechRecognizer> {
    knownOptions('SpeechRecognizer.load', parts, ['encoder', 'rng']);
    const build = (config: Config, encoder: EncoderChoice) => new SpeechRecognizer(config, encoder, parts.rng);
    return restored('SpeechRecognizer', { bytes, parts, part: 'encoder' }, build);
  }

  /** The labels that it knows; label i has the id i + 1 in a language model. */
  get labels(): readonly string[] {
    return this.#labels.tokens;
  }

  config(): JsonValue {
    return configFor('SpeechRecognizer', this.#config);
  }

  lengthOf({ frames }: Utterance): number {
    return frames.length;
  }

  /** −log of the probability of the labels, per label, over all alignments → scalar. Throws DataError on what is no series like those of training, on unknown labels, and where the frames are too few for the labels. */
  loss(utterances: readonly Utterance[]): tf.Scalar {
    const rows = utterances.map(({ labels }) => this.#labels.encode(labels).map((id) => id + 1));
    const T = Math.max(1, ...rows.map(({ length }) => length));
    const ids = tf.tensor2d(
      rows.map((row) => [...row, ...new Array<number>(T - row.length).fill(0)]),
      [rows.length, T],
      'int32',
    );
    const mask = tf.greater(ids, 0) as tf.Tensor2D;
    return ctcLoss(
      this.#logits(
        'loss',
        utterances.map(({ frames }) => frames),
      ),
      { ids, mask },
    );
  }

  /** `errorRate`: changed, missing and added labels, per label that was said. */
  async evaluate(utterances: readonly Utterance[]): Promise<Metrics> {
    const predicted = await this.predict(utterances.map(({ frames }) => frames));
    return {
      errorRate: errorRate(
        predicted,
        utterances.map(({ labels }) => labels),
      ),
    };
  }

  /** The labels of each series of frames: of the most probable frames, or by a beam search where there are options. Throws DataError. */
  predict<S>(series: readonly Series[], options?: RecognizeOptions<S>): Promise<string[][]> {
    if (options)
      knownOptions('SpeechRecognizer.predict', options, ['beam', 'languageModel', 'alpha', 'beta', 'signal']);
    const answer = async (batch: Series[]) => {
      const logits = tf.tidy(() => ({ ...this.#logits('predict', batch) }));
      try {
        const found = options
          ? (await ctcBeamDecode(logits, options)).map(([best]) => best)
          : await ctcGreedyDecode(logits);
        return found.map((row) => (row?.labels ?? []).map((id) => this.labels[id - 1]!));
      } finally {
        tf.dispose([logits.values, logits.mask]);
      }
    };
    if (series.length > 0) this.#check('predict', series);
    return inBatches(
      series,
      ({ length }) => length,
      answer,
      () => [],
    );
  }

  #check(method: string, series: readonly Series[]): void {
    checkSeries(`SpeechRecognizer.${method}`, series, this.#config.scale.mean.length);
  }

  #logits(method: string, series: readonly Series[]): Sequence {
    this.#check(method, series);
    const { scale, stack } = this.#config;
    const frames = padValues(series.map((rows) => stacked(standardized(rows, scale), stack)));
    const { values, mask } = this.encoder.forward(frames).output;
    return { values: this.output.forward(this.dropout.forward(values)), mask };
  }
}

/** Every `count` rows side by side; the last is filled with zeros. */
function stacked(rows: readonly number[][], count: number): number[][] {
  if (count === 1) return rows as number[][];
  const none = rows[0]!.map(() => 0);
  return Array.from({ length: Math.ceil(rows.length / count) }, (_, i) =>
    Array.from({ length: count }, (_, j) => rows[i * count + j] ?? none).flat(),
  );
}
