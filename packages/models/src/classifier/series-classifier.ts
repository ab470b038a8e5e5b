/** One label for a series of numbers: a movement, a spoken word, a short video. */
import { defaultRng, type JsonValue, knownOptions, type Metrics, type Rng, type Sequence, within } from '@seqloom/core';
import { exactMatch, Vocabulary } from '@seqloom/data';
import { padValues } from '@seqloom/data/to-tensors';
import * as tf from '@tensorflow/tfjs-core';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type EncoderChoice, type EncoderDescription, type EncoderParts, makeEncoder } from '../encoders.js';
import { inBatches } from '../in-batches.js';
import { read } from '../read.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { checkSeries, type Scale, type Series, scaleOf, standardized } from '../series/series.js';
import { ClassificationNetwork, type PoolingName } from './classification-network.js';
import { mostLikely } from './most-likely.js';

/** Rows of D numbers, and what they are together. */
export interface LabelledSeries {
  readonly frames: Series;
  readonly label: string;
}

export interface SeriesClassifierOptions {
  /** A bidirectional GRU of 64 unless told. */
  encoder?: EncoderChoice;
  /** 'attention' unless told. */
  pooling?: PoolingName;
  /** The dropout rate on the pooled vector; 0.2 unless told. */
  dropout?: number;
  rng?: Rng;
}

interface Config {
  encoder: SavedPart<EncoderDescription>;
  pooling: PoolingName;
  dropout: number;
  scale: Scale;
  labels: unknown;
}

/** `SeriesClassifier.build(series)`, `fit`, `predict`; numbers are standardised by what was seen in training. */
export class SeriesClassifier extends ReadyModel<LabelledSeries> {
  readonly criterion: Criterion = { metric: 'accuracy', mode: 'max' };
  readonly rng: Rng;
  readonly network: ClassificationNetwork;
  readonly #labels: Vocabulary;
  readonly #config: Config;

  private constructor(config: Config, encoder: EncoderChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    this.#labels = Vocabulary.fromJSON(config.labels);
    const { pooling, dropout, scale } = config;
    const reader = makeEncoder('SeriesClassifier', encoder, { inputSize: scale.mean.length, rng });
    this.network = new ClassificationNetwork({ encoder: reader, pooling, classes: this.labels.length, dropout, rng });
  }

  /** An untrained classifier for series of the training series' kind. Throws OptionError, and DataError on what is no series of finite numbers. */
  static build(series: readonly LabelledSeries[], options: SeriesClassifierOptions = {}): SeriesClassifier {
    const where = 'SeriesClassifier.build';
    knownOptions(where, options, ['encoder', 'pooling', 'dropout', 'rng']);
    const { encoder = { kind: 'gru', hiddenSize: 64 }, pooling = 'attention', dropout = 0.2 } = options;
    within(where, 'dropout', dropout, 0, 1);
    const scale = scaleOf(
      where,
      series.map(({ frames }) => frames),
    );
    const labels = Vocabulary.closed(series.map(({ label }) => label)).toJSON();
    return new SeriesClassifier({ encoder: saved(encoder), pooling, dropout, scale, labels }, encoder, options.rng);
  }

  /** The classifier that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where its own encoder is missing. */
  static async load(bytes: Uint8Array, parts: EncoderParts = {}): Promise<SeriesClassifier> {
    knownOptions('SeriesClassifier.load', parts, ['encoder', 'rng']);
    const build = (config: Config, encoder: EncoderChoice) => new SeriesClassifier(config, encoder, parts.rng);
    return restored('SeriesClassifier', { bytes, parts, part: 'encoder' }, build);
  }

  /** The labels that it knows, in the order of `probabilities`. */
  get labels(): readonly string[] {
    return this.#labels.tokens;
  }

  config(): JsonValue {
    return configFor('SeriesClassifier', this.#config);
  }

  lengthOf({ frames }: LabelledSeries): number {
    return frames.length;
  }

  /** Mean cross-entropy → scalar. Throws DataError on what is no series like those of training, and on a label that is not known. */
  loss(series: readonly LabelledSeries[]): tf.Scalar {
    const input = this.#read(
      'loss',
      series.map(({ frames }) => frames),
    );
    return this.network.loss(
      input,
      series.map(({ label }) => this.#labels.id(label)),
    );
  }

  /** The share of series with the right label. */
  async evaluate(series: readonly LabelledSeries[]): Promise<Metrics> {
    const predicted = await this.predict(series.map(({ frames }) => frames));
    return {
      accuracy: exactMatch(
        predicted,
        series.map(({ label }) => label),
      ),
    };
  }

  /** The likeliest label of each series. */
  async predict(series: readonly Series[]): Promise<string[]> {
    return mostLikely(await this.probabilities(series), this.labels);
  }

  /** The probability of every label for each series. Throws DataError on what is no series like those of training. */
  async probabilities(series: readonly Series[]): Promise<number[][]> {
    const answer = (batch: Series[]) =>
      read<number[][]>(() => tf.softmax(this.network.forward(this.#read('probabilities', batch)).logits));
    if (series.length > 0) this.#check('probabilities', series);
    return inBatches(
      series,
      (rows) => rows.length,
      answer,
      () => [],
    );
  }

  #check(method: string, series: readonly Series[]): void {
    checkSeries(`SeriesClassifier.${method}`, series, this.#config.scale.mean.length);
  }

  #read(method: string, series: readonly Series[]): Sequence {
    this.#check(method, series);
    return padValues(series.map((rows) => standardized(rows, this.#config.scale)));
  }
}
