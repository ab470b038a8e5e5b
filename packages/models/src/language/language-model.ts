/** The next token of a text, and so texts: by characters, words or pieces. */
import {
  count,
  defaultRng,
  type FitResult,
  type JsonValue,
  knownOptions,
  type Metrics,
  type Rng,
  within,
} from '@seqloom/core';
import { perplexity, Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import { forbid, type SampleOptions, sample, type Writer } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { type BatchBudget, batchesByLength } from '../batch-size.js';
import { type CausalChoice, type CausalDescription, type CausalMaker, makeCausal } from '../causal-layers.js';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type FitOptions, fitModel } from '../fit-model.js';
import { pieces } from '../pieces.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { refuseEmpty } from '../refuse-empty.js';
import { type Piece, sideBySide } from '../side-by-side.js';
import { statefully } from '../statefully.js';
import { NextTokenNetwork } from './next-token-network.js';
import { textLoss } from './text-loss.js';

/** A text as tokens. */
export type Tokens = readonly string[];

export interface LanguageModelOptions {
  /** An LSTM of 256 unless told. */
  layer?: CausalChoice;
  /** 64 unless told. */
  embeddingSize?: number;
  /** Texts are learnt in pieces of so many tokens; 128 unless told. */
  context?: number;
  /** On vectors and on what the layer says; 0.1 unless told. */
  dropout?: number;
  /** Tokens that are rarer in training are unknown; 1 unless told. */
  minCount?: number;
  rng?: Rng;
}

export interface LanguageModelParts {
  layer?: CausalMaker;
  rng?: Rng;
}

export interface LanguageFitOptions extends FitOptions<Tokens> {
  /**
   * Truncated backpropagation: a batch has `batchSize` rows, each of which reads on where that of the batch before ended, with the state that it has. For long
   * texts and layers whose state keeps its size, which a Transformer's does not; false unless told.
   */
  stateful?: boolean;
}

/** How to draw: `rules` are `temperature(…)`, `topP(…)` and their like. */
export type GenerateOptions = Pick<SampleOptions, 'maxLength' | 'rules' | 'rng' | 'signal'>;

type Ids = readonly number[];

interface Config {
  layer: SavedPart<CausalDescription>;
  embeddingSize: number;
  context: number;
  dropout: number;
  vocabulary: unknown;
}

/** `LanguageModel.build(texts)`, `fit`, `generate`; texts may be of any length. */
export class LanguageModel extends ReadyModel<Tokens> {
  readonly criterion: Criterion = { metric: 'loss', mode: 'min' };
  readonly rng: Rng;
  readonly network: NextTokenNetwork;
  readonly #vocabulary: Vocabulary;
  readonly #config: Config;

  private constructor(config: Config, choice: CausalChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    this.#vocabulary = Vocabulary.fromJSON(config.vocabulary);
    const { embeddingSize, dropout } = config;
    const layer = makeCausal('LanguageModel', choice, { inputSize: embeddingSize, rng });
    const vocabularySize = this.#vocabulary.size;
    this.network = new NextTokenNetwork(layer, { vocabularySize, embeddingSize, dropout, rng });
  }

  /** An untrained model for the tokens of the training texts. Throws OptionError, and DataError on an empty text. */
  static build(texts: readonly Tokens[], options: LanguageModelOptions = {}): LanguageModel {
    const where = 'LanguageModel.build';
    knownOptions(where, options, ['layer', 'embeddingSize', 'context', 'dropout', 'minCount', 'rng']);
    const { layer = { kind: 'lstm', hiddenSize: 256 }, embeddingSize = 64, context = 128 } = options;
    const { dropout = 0.1, minCount = 1, rng } = options;
    count(where, 'embeddingSize', embeddingSize);
    count(where, 'context', context);
    within(where, 'dropout', dropout, 0, 1);
    refuseEmpty(where, 'text', texts);
    const specials = { start: '<s>', end: '</s>' };
    const vocabulary = Vocabulary.build(tokensOf(texts), { minCount, specials }).toJSON();
    return new LanguageModel({ layer: saved(layer), embeddingSize, context, dropout, vocabulary }, layer, rng);
  }

  /** The model that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where its own layer is missing. */
  static async load(bytes: Uint8Array, parts: LanguageModelParts = {}): Promise<LanguageModel> {
    knownOptions('LanguageModel.load', parts, ['layer', 'rng']);
    const build = (config: Config, layer: CausalChoice) => new LanguageModel(config, layer, parts.rng);
    return restored('LanguageModel', { bytes, parts, part: 'layer' }, build);
  }

  config(): JsonValue {
    return configFor('LanguageModel', this.#config);
  }

  lengthOf(tokens: Tokens): number {
    return tokens.length;
  }

  /** Learns from texts of any length, in pieces of `context` tokens that are cut elsewhere in each epoch, or `stateful`. */
  override async fit(texts: readonly Tokens[], options: LanguageFitOptions = {}): Promise<FitResult> {
    refuseEmpty('LanguageModel.fit', 'text', texts);
    const { stateful = false, ...rest } = options;
    const ids = texts.map((text) => this.#ids(text));
    if (stateful) return this.#fitStateful(texts, ids, rest);
    const { context } = this.#config;
    const examples = (rng: Rng) => ids.flatMap((row) => pieces(row, { context, ahead: 1, rng }));
    const loss = (rows: readonly Ids[]) => this.#loss(rows);
    return fitModel(this, texts, { batches: batchesByLength(examples, ({ length }) => length), loss }, rest);
  }

  async #fitStateful(texts: readonly Tokens[], ids: readonly Ids[], options: FitOptions<Tokens>): Promise<FitResult> {
    const { network } = this;
    const carried = statefully('LanguageModel.fit', options.batchSize, network.layer, network.embedding.size);
    const loss = (batch: readonly Piece<number>[]) => {
      carried.reset(
        tf.tensor1d(
          batch.map(({ begins }) => begins),
          'bool',
        ),
      );
      const { ids: padded, mask } = padIds(batch.map(({ steps }) => steps));
      const found = network.loss(padded, mask, { initial: carried.start() });
      carried.keep(found.state);
      return found.loss;
    };
    const { context } = this.#config;
    const batches = ({ examples: rows = 32 }: BatchBudget, rng: Rng) =>
      sideBySide(ids, { rows, context, ahead: 1, rng });
    try {
      return await fitModel(this, texts, { batches, loss, carried }, options);
    } finally {
      carried.dispose();
    }
  }

  /** Mean cross-entropy of a batch of whole texts, their ends included → scalar. Throws DataError on an empty text. */
  loss(texts: readonly Tokens[]): tf.Scalar {
    refuseEmpty('LanguageModel.loss', 'text', texts);
    return this.#loss(texts.map((text) => this.#ids(text)));
  }

  /** `loss`, in nats per token with the end of each text, and `perplexity`, its exponential; a Transformer reads long texts in windows of `context` tokens, each at least half known. */
  async evaluate(texts: readonly Tokens[]): Promise<Metrics> {
    refuseEmpty('LanguageModel.evaluate', 'text', texts);
    const rows = texts.map((text) => this.#ids(text));
    const loss = await textLoss(this.network, rows, this.#config.context);
    return { loss, perplexity: perplexity(loss) };
  }

  /** What may come after each prompt, drawn; without a prompt (`[]`) a text from its beginning. Throws OptionError. */
  async generate(prompts: readonly Tokens[], options: GenerateOptions): Promise<string[][]> {
    knownOptions('LanguageModel.generate', options, ['maxLength', 'rules', 'rng', 'signal']);
    if (prompts.length === 0) return [];
    const { start, end, padding, unknown } = this.#vocabulary;
    const rules = [forbid([padding, start, unknown]), ...(options.rules ?? [])];
    const found = await sample(this.writer(prompts), { ...options, start, end, rules });
    return found.map((row) => this.#vocabulary.decode(row.ids));
  }

  /** For searches and streams of one's own: what goes on from each prompt; ids are those of `vocabulary`. */
  writer(prompts: readonly Tokens[]): Writer {
    const { start } = this.#vocabulary;
    return this.network.writer(prompts.map((prompt) => [start, ...this.#vocabulary.encode(prompt)]));
  }

  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  #ids(text: Tokens): number[] {
    const { start, end } = this.#vocabulary;
    return [start, ...this.#vocabulary.encode(text), end];
  }

  #loss(rows: readonly (readonly number[])[]): tf.Scalar {
    const { ids, mask } = padIds(rows);
    return this.network.loss(ids, mask).loss;
  }
}

function* tokensOf(texts: readonly Tokens[]): Iterable<string> {
  for (const text of texts) yield* text;
}
