/** One sequence of tokens for another: translation, summaries, dates, commands. */
import { DataError, defaultRng, type JsonValue, knownOptions, type Metrics, type Rng, within } from '@seqloom/core';
import { exactMatch, Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import { type BeamSearchOptions, beamSearch, forbid, type Hypothesis, type SourceBatch } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { inBatches } from '../in-batches.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import {
  makeTranslation,
  type TranslationChoice,
  type TranslationDescription,
  type TranslationMaker,
  type TranslationNetwork,
} from './networks.js';

/** What is read and what is to be written, each as tokens: words, characters, pieces. */
export interface Pair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

export interface Seq2SeqOptions {
  /** A bidirectional GRU of 128 and a decoder with additive attention unless told. */
  network?: TranslationChoice;
  /** 0.2 unless told. */
  dropout?: number;
  /** Tokens that are rarer in training are unknown; 1 unless told. */
  minCount?: number;
  rng?: Rng;
}

export interface Seq2SeqParts {
  network?: TranslationMaker;
  rng?: Rng;
}

/** How to search: see `beamSearch`. */
export interface TranslateOptions extends Partial<Pick<BeamSearchOptions, 'width' | 'penalties' | 'rules' | 'signal'>> {
  /** The most tokens to write; twice the longest source of its batch and ten unless told. */
  maxLength?: number;
}

/** What was written for one source. */
export interface Translation {
  readonly tokens: readonly string[];
  /** For each token, how much each source token was looked at. */
  readonly weights: readonly (readonly number[])[];
  /** What the search ranks by: the log-probability after the penalties. */
  readonly score: number;
}

interface Config {
  network: SavedPart<TranslationDescription>;
  dropout: number;
  source: unknown;
  target: unknown;
}

/** `Seq2Seq.build(pairs)`, `fit`, `predict`: an encoder, a decoder that attends, and beam search. */
export class Seq2Seq extends ReadyModel<Pair> {
  readonly criterion: Criterion = { metric: 'loss', mode: 'min' };
  readonly rng: Rng;
  readonly network: TranslationNetwork;
  readonly #source: Vocabulary;
  readonly #target: Vocabulary;
  readonly #config: Config;

  private constructor(config: Config, choice: TranslationChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    this.#source = Vocabulary.fromJSON(config.source);
    this.#target = Vocabulary.fromJSON(config.target);
    const sizeOf = ({ size }: Vocabulary) => ({ vocabularySize: size });
    const sizes = { source: sizeOf(this.#source), target: sizeOf(this.#target), dropout: config.dropout, rng };
    this.network = makeTranslation('Seq2Seq', choice, sizes);
  }

  /** An untrained model for the tokens of the training pairs. Throws OptionError, and DataError on a pair with an empty source. */
  static build(pairs: readonly Pair[], options: Seq2SeqOptions = {}): Seq2Seq {
    const where = 'Seq2Seq.build';
    knownOptions(where, options, ['network', 'dropout', 'minCount', 'rng']);
    const { network = { kind: 'gru', hiddenSize: 128 }, dropout = 0.2, minCount = 1, rng } = options;
    within(where, 'dropout', dropout, 0, 1);
    checkSources(
      where,
      pairs.map(({ source }) => source),
    );
    const specials = { start: '<s>', end: '</s>' };
    const source = Vocabulary.build(
      pairs.flatMap((pair) => pair.source),
      { minCount },
    ).toJSON();
    const target = Vocabulary.build(
      pairs.flatMap((pair) => pair.target),
      { minCount, specials },
    ).toJSON();
    return new Seq2Seq({ network: saved(network), dropout, source, target }, network, rng);
  }

  /** The model that `save` wrote. Throws CheckpointError or DataError when the bytes are something else, OptionError where its own network is missing. */
  static async load(bytes: Uint8Array, parts: Seq2SeqParts = {}): Promise<Seq2Seq> {
    knownOptions('Seq2Seq.load', parts, ['network', 'rng']);
    const build = (config: Config, network: TranslationChoice) => new Seq2Seq(config, network, parts.rng);
    return restored('Seq2Seq', { bytes, parts, part: 'network' }, build);
  }

  config(): JsonValue {
    return configFor('Seq2Seq', this.#config);
  }

  lengthOf({ source, target }: Pair): number {
    return source.length + target.length;
  }

  /** Mean cross-entropy of the target tokens given those before them → scalar. Throws DataError on an empty source. */
  loss(pairs: readonly Pair[]): tf.Scalar {
    const { start, end } = this.#target;
    const { ids: target, mask: targetMask } = padIds(
      pairs.map((pair) => [start, ...this.#target.encode(pair.target), end]),
    );
    return this.network.loss({
      ...this.#read(
        'loss',
        pairs.map(({ source }) => source),
      ),
      target,
      targetMask,
    });
  }

  /** The mean loss, and the share of targets that are written without a mistake, greedily. */
  async evaluate(pairs: readonly Pair[]): Promise<Metrics> {
    const losses = await inBatches(
      pairs,
      (pair) => this.lengthOf(pair),
      async (batch) => {
        const loss = tf.tidy(() => this.loss(batch));
        const [value] = await loss.data();
        loss.dispose();
        return batch.map(() => value!);
      },
      () => 0,
    );
    const written = await this.predict(pairs.map(({ source }) => source));
    const exact = exactMatch(
      written,
      pairs.map(({ target }) => [...target]),
    );
    return { loss: losses.reduce((sum, loss) => sum + loss, 0) / pairs.length, exact };
  }

  /** The best target of each source: greedily, or with a beam of `width`. Throws OptionError, and DataError on an empty source. */
  async predict(sources: readonly (readonly string[])[], options: TranslateOptions = {}): Promise<string[][]> {
    return (await this.translate(sources, options)).map(([best]) => [...best!.tokens]);
  }

  /** Up to `width` targets of each source, best first, with where each token looked. Throws as `predict`. */
  async translate(sources: readonly (readonly string[])[], options: TranslateOptions = {}): Promise<Translation[][]> {
    knownOptions('Seq2Seq.translate', options, ['width', 'penalties', 'rules', 'signal', 'maxLength']);
    checkSources('Seq2Seq.translate', sources);
    const { width = 1, maxLength, rules = [], ...rest } = options;
    const { start, end, padding } = this.#target;
    const all = [forbid([padding, start]), ...rules];
    const answer = async (batch: (readonly string[])[]) => {
      const given = tf.tidy(() => ({ ...this.#read('translate', batch) }));
      try {
        const longest = 10 + 2 * Math.max(...batch.map(({ length }) => length));
        const task = { start, end, width, maxLength: maxLength ?? longest, rules: all, ...rest };
        const found = await beamSearch(this.network.writer(given), task);
        return found.map((row, b) => row.map((hypothesis) => this.#translation(hypothesis, batch[b]!.length)));
      } finally {
        tf.dispose([given.source, given.sourceMask]);
      }
    };
    return inBatches(
      sources,
      ({ length }) => length,
      answer,
      () => [],
    );
  }

  #translation({ ids, weights, score }: Hypothesis, sourceLength: number): Translation {
    const looked = weights.slice(0, ids.length).map((row) => [...row.subarray(0, sourceLength)]);
    return { tokens: this.#target.decode(ids), weights: looked, score };
  }

  #read(method: string, sources: readonly (readonly string[])[]): Required<SourceBatch> {
    checkSources(`Seq2Seq.${method}`, sources);
    const { ids, mask } = padIds(sources.map((source) => this.#source.encode(source)));
    return { source: ids, sourceMask: mask };
  }
}

function checkSources(where: string, sources: readonly (readonly string[])[]): void {
  const empty = sources.findIndex(({ length }) => length === 0);
  if (empty >= 0) throw new DataError(where, `source ${empty} is empty`, { hint: 'leave out empty sources' });
}
