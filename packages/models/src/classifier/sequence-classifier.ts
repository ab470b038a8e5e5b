/** One label for a text: words → any encoder → attention pooling → softmax. */
import { defaultRng, type JsonValue, knownOptions, type Metrics, type Rng, type Sequence, within } from '@seqloom/core';
import { exactMatch, Vocabulary } from '@seqloom/data';
import * as tf from '@tensorflow/tfjs-core';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type EncoderChoice, type EncoderDescription, type EncoderParts, makeEncoder } from '../encoders.js';
import { inBatches } from '../in-batches.js';
import { read } from '../read.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { refuseEmpty } from '../refuse-empty.js';
import { WordEmbedding, WordReader, type WordSizes } from '../text/word-reader.js';
import { ClassificationNetwork, type PoolingName } from './classification-network.js';
import { mostLikely } from './most-likely.js';

/** A text, cut into words, and what it is. */
export interface LabelledText {
  readonly words: readonly string[];
  readonly label: string;
}

export interface SequenceClassifierOptions {
  /** A bidirectional LSTM of 64 unless told. */
  encoder?: EncoderChoice;
  /** Words of 100 without affixes unless told. */
  embedding?: WordSizes;
  /** 'attention' unless told. */
  pooling?: PoolingName;
  /** The dropout rate on word vectors and on the pooled vector; 0.4 unless told. */
  dropout?: number;
  /** Words that are rarer in training are unknown; 2 unless told. */
  minCount?: number;
  rng?: Rng;
}

interface Config {
  encoder: SavedPart<EncoderDescription>;
  embedding: WordSizes;
  pooling: PoolingName;
  dropout: number;
  words: unknown;
  labels: unknown;
}

/** Sentiment, intent, topic: `SequenceClassifier.build(texts)`, `fit`, `predict`. */
export class SequenceClassifier extends ReadyModel<LabelledText> {
  readonly criterion: Criterion = { metric: 'accuracy', mode: 'max' };
  readonly rng: Rng;
  readonly embedding: WordEmbedding;
  readonly network: ClassificationNetwork;
  readonly #reader: WordReader;
  readonly #labels: Vocabulary;
  readonly #config: Config;

  private constructor(config: Config, encoder: EncoderChoice, rng: Rng = defaultRng.split()) {
    super();
    const where = 'SequenceClassifier';
    this.rng = rng;
    this.#config = config;
    this.#reader = WordReader.fromJSON(config.words);
    this.#labels = Vocabulary.fromJSON(config.labels);
    const { pooling, dropout } = config;
    this.embedding = new WordEmbedding(where, this.#reader, config.embedding, { dropout, rng });
    const reader = makeEncoder(where, encoder, { inputSize: this.embedding.outputSize, rng });
    this.network = new ClassificationNetwork({ encoder: reader, pooling, classes: this.labels.length, dropout, rng });
  }

  /** An untrained classifier for the words and labels of the training texts. Throws OptionError, and DataError on an empty text. */
  static build(texts: readonly LabelledText[], options: SequenceClassifierOptions = {}): SequenceClassifier {
    const where = 'SequenceClassifier.build';
    knownOptions(where, options, ['encoder', 'embedding', 'pooling', 'dropout', 'minCount', 'rng']);
    const { encoder = { kind: 'lstm', hiddenSize: 64 }, minCount = 2, pooling = 'attention', dropout = 0.4 } = options;
    const embedding = { affixes: false, ...options.embedding };
    within(where, 'dropout', dropout, 0, 1);
    refuseEmpty(
      where,
      'text',
      texts.map(({ words }) => words),
    );
    const words = WordReader.build(
      texts.map((text) => text.words),
      embedding,
      minCount,
    ).toJSON();
    const labels = Vocabulary.closed(texts.map(({ label }) => label)).toJSON();
    const config = JSON.parse(JSON.stringify({ embedding, pooling, dropout, words, labels }));
    return new SequenceClassifier({ ...config, encoder: saved(encoder) }, encoder, options.rng);
  }

  /** The classifier that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where its own encoder is missing. */
  static async load(bytes: Uint8Array, parts: EncoderParts = {}): Promise<SequenceClassifier> {
    knownOptions('SequenceClassifier.load', parts, ['encoder', 'rng']);
    const build = (config: Config, encoder: EncoderChoice) => new SequenceClassifier(config, encoder, parts.rng);
    return restored('SequenceClassifier', { bytes, parts, part: 'encoder' }, build);
  }

  /** The labels that it knows, in the order of `probabilities`. */
  get labels(): readonly string[] {
    return this.#labels.tokens;
  }

  config(): JsonValue {
    return configFor('SequenceClassifier', this.#config);
  }

  lengthOf({ words }: LabelledText): number {
    return words.length;
  }

  /** Mean cross-entropy → scalar. Throws DataError on an empty text or a label that is not known. */
  loss(texts: readonly LabelledText[]): tf.Scalar {
    const words = texts.map((text) => text.words);
    refuseEmpty('SequenceClassifier.loss', 'text', words);
    return this.network.loss(
      this.#read(words),
      texts.map(({ label }) => this.#labels.id(label)),
    );
  }

  /** The share of texts with the right label. */
  async evaluate(texts: readonly LabelledText[]): Promise<Metrics> {
    const predicted = await this.predict(texts.map(({ words }) => words));
    return {
      accuracy: exactMatch(
        predicted,
        texts.map(({ label }) => label),
      ),
    };
  }

  /** The likeliest label of each text. Throws DataError on an empty text. */
  async predict(texts: readonly (readonly string[])[]): Promise<string[]> {
    return mostLikely(await this.probabilities(texts), this.labels);
  }

  /** The probability of every label for each text. Throws DataError on an empty text. */
  probabilities(texts: readonly (readonly string[])[]): Promise<number[][]> {
    refuseEmpty('SequenceClassifier.probabilities', 'text', texts);
    const answer = (batch: (readonly string[])[]) =>
      read<number[][]>(() => tf.softmax(this.network.forward(this.#read(batch)).logits));
    return inBatches(texts, length, answer, () => []);
  }

  /** How much each word of each text weighed, from 0 to 1; nothing where the pooling is not attention. Throws DataError on an empty text. */
  weights(texts: readonly (readonly string[])[]): Promise<number[][]> {
    refuseEmpty('SequenceClassifier.weights', 'text', texts);
    const answer = async (batch: (readonly string[])[]) => {
      if (!this.network.attention) return batch.map(() => []);
      const weights = await read<number[][]>(() => this.network.forward(this.#read(batch)).weights as tf.Tensor2D);
      return batch.map((words, b) => weights[b]!.slice(0, words.length));
    };
    return inBatches(texts, length, answer, () => []);
  }

  #read(texts: readonly (readonly string[])[]): Sequence {
    const { ids, mask } = this.#reader.read(texts);
    return { values: this.embedding.forward(ids), mask };
  }
}

const length = (words: readonly string[]) => words.length;
