/** A tag for every word: words, affixes and sparse features → any encoder → CRF or softmax. */
import {
  DataError,
  defaultRng,
  type JsonValue,
  knownOptions,
  type Metrics,
  oneOf,
  type Rng,
  within,
} from '@seqloom/core';
import { Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import { AttributeVocabulary, activeFeatures, type Item, SparseFeatures, type TagScheme } from '@seqloom/hmm-crf';
import { TaggingNetwork } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type EncoderChoice, type EncoderDescription, type EncoderParts, makeEncoder } from '../encoders.js';
import { inBatches } from '../in-batches.js';
import { read } from '../read.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { WordEmbedding, WordReader, type WordSizes } from '../text/word-reader.js';
import { checkSentences, makeTagHead, type TagHeadName, tagMetrics } from './tag-heads.js';

/** A sentence and its tags, one for each word. */
export interface TaggedSentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** The sparse features of each word of a sentence, as the feature CRF takes them. */
export type Attributes = (words: readonly string[]) => readonly Item[];

export interface TaggerOptions {
  /** A bidirectional LSTM of 128 unless told. */
  encoder?: EncoderChoice;
  /** Words of 100 with affixes unless told. */
  embedding?: WordSizes;
  /** A linear chain over the tags, unless told 'softmax': each by itself. */
  head?: TagHeadName;
  /** The tags are chunks in this scheme: only its sequences are possible (with a CRF), and the model is chosen by the F1 of chunks. */
  scheme?: TagScheme;
  /** Sparse features beside the network, learnt together with it in one model (a hybrid). */
  attributes?: Attributes;
  /** The dropout rate on vectors and on what the encoder says; 0.4 unless told. */
  dropout?: number;
  /** Words, affixes and attributes that are rarer in training are unknown; 2 unless told. */
  minCount?: number;
  rng?: Rng;
}

/** What a user's own parts are, given again when a model with such parts is loaded. */
export interface TaggerParts extends EncoderParts {
  attributes?: Attributes;
}

interface Config {
  encoder: SavedPart<EncoderDescription>;
  embedding: WordSizes;
  head: TagHeadName;
  scheme: TagScheme | null;
  dropout: number;
  words: unknown;
  tags: unknown;
  attributes: unknown;
}

interface Vocabularies {
  words: WordReader;
  tags: Vocabulary;
  attributes?: AttributeVocabulary;
}

/** Part-of-speech tags, named entities, slots: `Tagger.build(sentences)`, `fit`, `predict`. */
export class Tagger extends ReadyModel<TaggedSentence> {
  /** `f1` where there is a scheme, else `accuracy`. */
  readonly criterion: Criterion;
  readonly rng: Rng;
  readonly network: TaggingNetwork;
  readonly sparse: SparseFeatures | undefined;
  readonly #vocabularies: Vocabularies;
  readonly #attributes: Attributes | undefined;
  readonly #config: Config;

  private constructor(config: Config, encoder: EncoderChoice, vocabularies: Vocabularies, parts: TaggerParts) {
    super();
    const { tags, attributes } = vocabularies;
    this.rng = parts.rng ?? defaultRng.split();
    this.criterion = { metric: config.scheme ? 'f1' : 'accuracy', mode: 'max' };
    this.#config = config;
    this.#vocabularies = vocabularies;
    this.#attributes = parts.attributes;
    this.network = network(config, encoder, vocabularies, this.rng);
    this.sparse =
      attributes && new SparseFeatures({ featureCount: Math.max(1, attributes.size), labelCount: tags.size });
  }

  /** An untrained tagger for the words and tags of the training sentences. Throws OptionError, and DataError where words and tags are not as many. */
  static build(sentences: readonly TaggedSentence[], options: TaggerOptions = {}): Tagger {
    const where = 'Tagger.build';
    knownOptions(where, options, known);
    const { encoder = { kind: 'lstm', hiddenSize: 128 }, head = 'crf', minCount = 2 } = options;
    const embedding = { affixes: true, ...options.embedding };
    const { scheme, attributes, dropout = 0.4 } = options;
    oneOf(where, 'head', head, ['crf', 'softmax']);
    within(where, 'dropout', dropout, 0, 1);
    checkSentences(where, sentences);
    const words = sentences.map((sentence) => sentence.words);
    const vocabularies = {
      words: WordReader.build(words, embedding, minCount),
      tags: Vocabulary.closed(sentences.flatMap((sentence) => sentence.tags)),
      attributes: attributes && AttributeVocabulary.build(words.map(attributes), { minFreq: minCount }),
    };
    const config = {
      ...{ encoder: saved(encoder), embedding, head, scheme: scheme ?? null, dropout },
      ...vocabularies,
      attributes: vocabularies.attributes ?? null,
    };
    return new Tagger(config, encoder, vocabularies, options as TaggerParts);
  }

  /** The tagger that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where a part of its own is missing. */
  static async load(bytes: Uint8Array, parts: TaggerParts = {}): Promise<Tagger> {
    knownOptions('Tagger.load', parts, ['encoder', 'attributes', 'rng']);
    return restored('Tagger', { bytes, parts, part: 'encoder' }, (config: Config, encoder: EncoderChoice) => {
      const vocabularies = {
        words: WordReader.fromJSON(config.words),
        tags: Vocabulary.fromJSON(config.tags),
        attributes: config.attributes ? AttributeVocabulary.fromJSON(config.attributes) : undefined,
      };
      if (vocabularies.attributes && !parts.attributes)
        throw new DataError('Tagger.load', 'this model has sparse features', {
          hint: 'pass the same `attributes` to load',
        });
      return new Tagger(config, encoder, vocabularies, parts);
    });
  }

  /** The tags that it knows, in the order of `probabilities`. */
  get tags(): readonly string[] {
    return this.#vocabularies.tags.tokens;
  }

  config(): JsonValue {
    return configFor('Tagger', this.#config);
  }

  lengthOf({ words }: TaggedSentence): number {
    return words.length;
  }

  /** The head's loss over the real words → scalar. */
  loss(sentences: readonly TaggedSentence[]): tf.Scalar {
    checkSentences('Tagger.loss', sentences);
    const labels = padIds(sentences.map(({ tags }) => this.#vocabularies.tags.encode(tags))).ids;
    return this.network.head.loss(this.#emissions(sentences.map(({ words }) => words)), labels);
  }

  /** `accuracy`, the share of words with the right tag, and with a scheme `f1`, of chunks over all types (as conlleval counts them). */
  async evaluate(sentences: readonly TaggedSentence[]): Promise<Metrics> {
    checkSentences('Tagger.evaluate', sentences);
    const predicted = await this.predict(sentences.map(({ words }) => words));
    const expected = sentences.map(({ tags }) => tags);
    return tagMetrics(predicted, expected, this.#config.scheme);
  }

  /** The best tags of each sentence. */
  predict(sentences: readonly (readonly string[])[]): Promise<string[][]> {
    const answer = async (batch: (readonly string[])[]) => {
      const ids = await read<number[][]>(() => this.network.head.decode(this.#emissions(batch)));
      return batch.map((words, b) => ids[b]!.slice(0, words.length).map((id) => this.tags[id]!));
    };
    return inBatches(
      sentences,
      (words) => words.length,
      answer,
      () => [],
    );
  }

  /** The probability of every tag at every word of each sentence. */
  probabilities(sentences: readonly (readonly string[])[]): Promise<number[][][]> {
    const answer = async (batch: (readonly string[])[]) => {
      const marginals = await read<number[][][]>(() => this.network.head.marginals(this.#emissions(batch)));
      return batch.map((words, b) => marginals[b]!.slice(0, words.length));
    };
    return inBatches(
      sentences,
      (words) => words.length,
      answer,
      () => [],
    );
  }

  #emissions(sentences: readonly (readonly string[])[]) {
    const { ids: tokens, mask } = this.#vocabularies.words.read(sentences);
    const { emissions } = this.network.forward({ tokens, mask });
    const { attributes } = this.#vocabularies;
    if (!this.sparse || !this.#attributes || !attributes) return emissions;
    const active = activeFeatures(sentences.map(this.#attributes), attributes, tokens.shape[1]);
    return { values: tf.add<tf.Tensor3D>(emissions.values, this.sparse.forward(active)), mask: emissions.mask };
  }
}

const known = ['encoder', 'embedding', 'head', 'scheme', 'attributes', 'dropout', 'minCount', 'rng'];

function network(config: Config, encoder: EncoderChoice, { words, tags }: Vocabularies, rng: Rng): TaggingNetwork {
  const { dropout, embedding, scheme } = config;
  const embeddings = new WordEmbedding('Tagger', words, embedding, { dropout, rng });
  const head = makeTagHead(config.head, { tags: tags.tokens, scheme, rng });
  const reader = makeEncoder('Tagger', encoder, { inputSize: embeddings.outputSize, rng });
  return new TaggingNetwork({ embeddings, encoder: reader, tags: tags.size, head, dropout, rng });
}
