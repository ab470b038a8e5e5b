/** A label for each frame of a series of numbers: what happens when, in a video, a recording or a log of sensors. */
import {
  DataError,
  defaultRng,
  type JsonValue,
  knownOptions,
  type Metrics,
  Module,
  oneOf,
  type Rng,
  type Sequence,
  type SequenceLayer,
  within,
} from '@seqloom/core';
import { tokenAccuracy, Vocabulary } from '@seqloom/data';
import { padIds, padValues } from '@seqloom/data/to-tensors';
import { Dropout, Linear, type TagHead } from '@seqloom/layers';
import type * as tf from '@tensorflow/tfjs-core';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type EncoderChoice, type EncoderDescription, type EncoderParts, makeEncoder } from '../encoders.js';
import { inBatches } from '../in-batches.js';
import { read } from '../read.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { checkSeries, type Scale, type Series, scaleOf, standardized } from '../series/series.js';
import { makeTagHead, type TagHeadName } from '../tagger/tag-heads.js';

/** Rows of D numbers, and what each of them is. */
export interface LabelledFrames {
  readonly frames: Series;
  readonly labels: readonly string[];
}

export interface FrameClassifierOptions {
  /** A bidirectional GRU of 64 unless told; a causal one (`bidirectional: false`) never looks ahead. */
  encoder?: EncoderChoice;
  /** A linear chain over the labels, unless told 'softmax': each by itself. */
  head?: TagHeadName;
  /** The dropout rate on what the encoder says; 0.2 unless told. */
  dropout?: number;
  rng?: Rng;
}

interface Config {
  encoder: SavedPart<EncoderDescription>;
  head: TagHeadName;
  dropout: number;
  scale: Scale;
  labels: unknown;
}

/** Encoder → dropout → emissions → head. */
class FrameNetwork extends Module {
  readonly dropout: Dropout;
  readonly emission: Linear;

  constructor(
    readonly encoder: Module & SequenceLayer<unknown>,
    readonly head: TagHead,
    { labels, dropout, rng }: { labels: number; dropout: number; rng: Rng },
  ) {
    super();
    this.dropout = new Dropout({ rate: dropout, rng });
    this.emission = new Linear({ inputSize: encoder.outputSize, outputSize: labels, rng });
  }

  forward(input: Sequence): Sequence {
    const { values, mask } = this.encoder.forward(input).output;
    return { values: this.emission.forward(this.dropout.forward(values)), mask };
  }
}

/** `FrameClassifier.build(series)`, `fit`, `predict`; numbers are standardised by what was seen in training. */
export class FrameClassifier extends ReadyModel<LabelledFrames> {
  readonly criterion: Criterion = { metric: 'accuracy', mode: 'max' };
  readonly rng: Rng;
  readonly network: FrameNetwork;
  readonly #labels: Vocabulary;
  readonly #config: Config;

  private constructor(config: Config, encoder: EncoderChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    this.#labels = Vocabulary.fromJSON(config.labels);
    const labels = this.labels.length;
    const reader = makeEncoder('FrameClassifier', encoder, { inputSize: config.scale.mean.length, rng });
    const head = makeTagHead(config.head, { tags: this.labels, rng });
    this.network = new FrameNetwork(reader, head, { labels, dropout: config.dropout, rng });
  }

  /** An untrained classifier for series of the training series' kind. Throws OptionError, and DataError on what is no series of finite numbers with a label each. */
  static build(series: readonly LabelledFrames[], options: FrameClassifierOptions = {}): FrameClassifier {
    const where = 'FrameClassifier.build';
    knownOptions(where, options, ['encoder', 'head', 'dropout', 'rng']);
    const { encoder = { kind: 'gru', hiddenSize: 64 }, head = 'crf', dropout = 0.2 } = options;
    oneOf(where, 'head', head, ['crf', 'softmax']);
    within(where, 'dropout', dropout, 0, 1);
    checkLabels(where, series);
    const scale = scaleOf(
      where,
      series.map(({ frames }) => frames),
    );
    const labels = Vocabulary.closed(series.flatMap((each) => each.labels)).toJSON();
    return new FrameClassifier({ encoder: saved(encoder), head, dropout, scale, labels }, encoder, options.rng);
  }

  /** The classifier that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where its own encoder is missing. */
  static async load(bytes: Uint8Array, parts: EncoderParts = {}): Promise<FrameClassifier> {
    knownOptions('FrameClassifier.load', parts, ['encoder', 'rng']);
    const build = (config: Config, encoder: EncoderChoice) => new FrameClassifier(config, encoder, parts.rng);
    return restored('FrameClassifier', { bytes, parts, part: 'encoder' }, build);
  }

  /** The labels that it knows, in the order of `probabilities`. */
  get labels(): readonly string[] {
    return this.#labels.tokens;
  }

  config(): JsonValue {
    return configFor('FrameClassifier', this.#config);
  }

  lengthOf({ frames }: LabelledFrames): number {
    return frames.length;
  }

  /** The head's loss over the real frames → scalar. Throws DataError on what is no series like those of training, and on a label that is not known. */
  loss(series: readonly LabelledFrames[]): tf.Scalar {
    checkLabels('FrameClassifier.loss', series);
    const emissions = this.#emissions(
      'loss',
      series.map(({ frames }) => frames),
    );
    return this.network.head.loss(emissions, padIds(series.map(({ labels }) => this.#labels.encode(labels))).ids);
  }

  /** The share of frames with the right label. */
  async evaluate(series: readonly LabelledFrames[]): Promise<Metrics> {
    const predicted = await this.predict(series.map(({ frames }) => frames));
    return {
      accuracy: tokenAccuracy(
        predicted,
        series.map(({ labels }) => [...labels]),
      ),
    };
  }

  /** The best labels of each series, one for each frame. */
  predict(series: readonly Series[]): Promise<string[][]> {
    const answer = async (batch: Series[]) => {
      const ids = await read<number[][]>(() => this.network.head.decode(this.#emissions('predict', batch)));
      return batch.map((rows, b) => ids[b]!.slice(0, rows.length).map((id) => this.labels[id]!));
    };
    return inBatches(
      series,
      (rows) => rows.length,
      answer,
      () => [],
    );
  }

  /** The probability of every label at each frame. */
  probabilities(series: readonly Series[]): Promise<number[][][]> {
    const answer = async (batch: Series[]) => {
      const emissions = () => this.#emissions('probabilities', batch);
      const marginals = await read<number[][][]>(() => this.network.head.marginals(emissions()));
      return batch.map((rows, b) => marginals[b]!.slice(0, rows.length));
    };
    return inBatches(
      series,
      (rows) => rows.length,
      answer,
      () => [],
    );
  }

  #emissions(method: string, series: readonly Series[]): Sequence {
    const { scale } = this.#config;
    checkSeries(`FrameClassifier.${method}`, series, scale.mean.length);
    return this.network.forward(padValues(series.map((rows) => standardized(rows, scale))));
  }
}

function checkLabels(where: string, series: readonly LabelledFrames[]): void {
  const wrong = series.findIndex(({ frames, labels }) => frames.length !== labels.length);
  if (wrong < 0) return;
  const { frames, labels } = series[wrong]!;
  throw new DataError(where, `series ${wrong} has ${frames.length} frames and ${labels.length} labels`);
}
