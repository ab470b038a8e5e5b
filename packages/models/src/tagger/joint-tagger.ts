/** What a sentence wants and which of its words say so: intents and slots from one encoder. */
import {
  defaultRng,
  type JsonValue,
  knownOptions,
  type Metrics,
  oneOf,
  type Rng,
  type Sequence,
  within,
} from '@seqloom/core';
import { exactMatch, Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import type { TagScheme } from '@seqloom/hmm-crf';
import * as tf from '@tensorflow/tfjs-core';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type EncoderChoice, type EncoderDescription, type EncoderParts, makeEncoder } from '../encoders.js';
import { inBatches } from '../in-batches.js';
import { read } from '../read.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { refuseEmpty } from '../refuse-empty.js';
import { WordEmbedding, WordReader, type WordSizes } from '../text/word-reader.js';
import { JointNetwork } from './joint-network.js';
import { checkSentences, makeTagHead, type TagHeadName, tagMetrics } from './tag-heads.js';

/** A sentence, a tag for each of its words, and what it is as a whole. */
export interface IntentSentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly intent: string;
}

export interface JointTaggerOptions {
  /** A bidirectional LSTM of 128 unless told. */
  encoder?: EncoderChoice;
  /** Words of 100 with affixes unless told. */
  embedding?: WordSizes;
  /** A linear chain over the tags, unless told 'softmax': each by itself. */
  head?: TagHeadName;
  /** The tags are chunks in this scheme: only its sequences are possible (with a CRF). */
  scheme?: TagScheme;
  /** The dropout rate on vectors and on what the encoder says; 0.4 unless told. */
  dropout?: number;
  /** Words and affixes that are rarer in training are unknown; 2 unless told. */
  minCount?: number;
  rng?: Rng;
}

/** What was understood of a sentence. */
export interface Understood {
  readonly tags: string[];
  readonly intent: string;
}

interface Config {
  encoder: SavedPart<EncoderDescription>;
  embedding: WordSizes;
  head: TagHeadName;
  scheme: TagScheme | null;
  dropout: number;
  words: unknown;
  tags: unknown;
  intents: unknown;
}

/** Intents and slots together: `JointTagger.build(sentences)`, `fit`, `predict`. */
export class JointTagger extends ReadyModel<IntentSentence> {
  readonly criterion: Criterion = { metric: 'frames', mode: 'max' };
  readonly rng: Rng;
  readonly embedding: WordEmbedding;
  readonly network: JointNetwork;
  readonly #words: WordReader;
  readonly #tags: Vocabulary;
  readonly #intents: Vocabulary;
  readonly #config: Config;

  private constructor(config: Config, encoder: EncoderChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    this.#words = WordReader.fromJSON(config.words);
    this.#tags = Vocabulary.fromJSON(config.tags);
    this.#intents = Vocabulary.fromJSON(config.intents);
    const { dropout, scheme } = config;
    this.embedding = new WordEmbedding('JointTagger', this.#words, config.embedding, { dropout, rng });
    this.network = new JointNetwork({
      encoder: makeEncoder('JointTagger', encoder, { inputSize: this.embedding.outputSize, rng }),
      head: makeTagHead(config.head, { tags: this.tags, scheme, rng }),
      ...{ tags: this.tags.length, labels: this.intents.length, dropout, rng },
    });
  }

  /** An untrained tagger for the words, tags and intents of the training sentences. Throws OptionError, and DataError on a sentence that is empty or has not as many tags as words. */
  static build(sentences: readonly IntentSentence[], options: JointTaggerOptions = {}): JointTagger {
    const where = 'JointTagger.build';
    knownOptions(where, options, ['encoder', 'embedding', 'head', 'scheme', 'dropout', 'minCount', 'rng']);
    const { encoder = { kind: 'lstm', hiddenSize: 128 }, head = 'crf', scheme, dropout = 0.4, minCount = 2 } = options;
    const embedding = { affixes: true, ...options.embedding };
    oneOf(where, 'head', head, ['crf', 'softmax']);
    within(where, 'dropout', dropout, 0, 1);
    checkSentences(where, sentences);
    const words = sentences.map((sentence) => sentence.words);
    refuseEmpty(where, 'sentence', words);
    const config = {
      ...{ embedding, head, scheme: scheme ?? null, dropout },
      words: WordReader.build(words, embedding, minCount),
      tags: Vocabulary.closed(sentences.flatMap(({ tags }) => tags)),
      intents: Vocabulary.closed(sentences.map(({ intent }) => intent)),
    };
    const plain = JSON.parse(JSON.stringify(config));
    return new JointTagger({ ...plain, encoder: saved(encoder) }, encoder, options.rng);
  }

  /** The tagger that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where its own encoder is missing. */
  static async load(bytes: Uint8Array, parts: EncoderParts = {}): Promise<JointTagger> {
    knownOptions('JointTagger.load', parts, ['encoder', 'rng']);
    const build = (config: Config, encoder: EncoderChoice) => new JointTagger(config, encoder, parts.rng);
    return restored('JointTagger', { bytes, parts, part: 'encoder' }, build);
  }

  get tags(): readonly string[] {
    return this.#tags.tokens;
  }

  get intents(): readonly string[] {
    return this.#intents.tokens;
  }

  config(): JsonValue {
    return configFor('JointTagger', this.#config);
  }

  lengthOf({ words }: IntentSentence): number {
    return words.length;
  }

  /** The head's loss over the real words, and the mean cross-entropy of the intents → scalar. Throws DataError. */
  loss(sentences: readonly IntentSentence[]): tf.Scalar {
    checkSentences('JointTagger.loss', sentences);
    const input = this.#read(
      'loss',
      sentences.map(({ words }) => words),
    );
    const tags = padIds(sentences.map((sentence) => this.#tags.encode(sentence.tags))).ids;
    return this.network.loss(
      input,
      tags,
      sentences.map(({ intent }) => this.#intents.id(intent)),
    );
  }

  /** `intent`, the share of right intents; `accuracy` and with a scheme `f1` of the tags, as a Tagger's; `frames`, the share of sentences in which all is right. */
  async evaluate(sentences: readonly IntentSentence[]): Promise<Metrics> {
    checkSentences('JointTagger.evaluate', sentences);
    const predicted = await this.predict(sentences.map(({ words }) => words));
    const tags = (all: readonly Omit<IntentSentence, 'words'>[]) => all.map((each) => each.tags);
    const intents = (all: readonly Omit<IntentSentence, 'words'>[]) => all.map(({ intent }) => intent);
    const frames = (all: readonly Omit<IntentSentence, 'words'>[]) => all.map((each) => [each.intent, ...each.tags]);
    return {
      ...tagMetrics(tags(predicted), tags(sentences), this.#config.scheme),
      intent: exactMatch(intents(predicted), intents(sentences)),
      frames: exactMatch(frames(predicted), frames(sentences)),
    };
  }

  /** The best tags and the likeliest intent of each sentence. Throws DataError on an empty sentence. */
  async predict(sentences: readonly (readonly string[])[]): Promise<Understood[]> {
    refuseEmpty('JointTagger.predict', 'sentence', sentences);
    const answer = async (batch: (readonly string[])[]) => {
      const rows = await read<number[][]>(() => {
        const { emissions, logits } = this.network.forward(this.#read('predict', batch));
        return tf.concat([tf.expandDims(tf.argMax(logits, 1), 1), this.network.head.decode(emissions)], 1);
      });
      return rows.map(([intent, ...tags], b) => ({
        intent: this.intents[intent!]!,
        tags: tags.slice(0, batch[b]!.length).map((id) => this.tags[id]!),
      }));
    };
    return inBatches(
      sentences,
      ({ length }) => length,
      answer,
      () => ({ tags: [], intent: '' }),
    );
  }

  #read(method: string, sentences: readonly (readonly string[])[]): Sequence {
    refuseEmpty(`JointTagger.${method}`, 'sentence', sentences);
    const { ids, mask } = this.#words.read(sentences);
    return { values: this.embedding.forward(ids), mask };
  }
}
