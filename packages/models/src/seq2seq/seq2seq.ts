/** One sequence of tokens for another: translation, summaries, dates, commands. */
import {
  defaultRng,
  type FitResult,
  type JsonValue,
  knownOptions,
  type Metrics,
  type Rng,
  type Schedule,
  tidied,
  within,
} from '@seqloom/core';
import { exactMatch, Vocabulary } from '@seqloom/data';
import {
  type BeamSearchOptions,
  beamSearch,
  forbid,
  type Hypothesis,
  PointerGenerator,
  scheduledSampling,
  type TranslationBatch,
} from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { batchesByLength } from '../batch-size.js';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type FitOptions, fitModel } from '../fit-model.js';
import { inBatches } from '../in-batches.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { refuseEmpty } from '../refuse-empty.js';
import {
  makeTranslation,
  type TranslationChoice,
  type TranslationDescription,
  type TranslationMaker,
  type TranslationNetwork,
} from './networks.js';
import { type Pair, type PairVocabularies, type ReadSources, readPairs, readSources } from './pair-reader.js';
import { named, penaltiesOf, rulesOf } from './rows-of-sources.js';

export interface Seq2SeqOptions {
  /** A bidirectional GRU of 128 and a decoder with additive attention unless told. */
  network?: TranslationChoice;
  /** 0.2 unless told. */
  dropout?: number;
  /** The share of each target token that the loss spreads over the vocabulary while learning; 0 unless told. arXiv:1512.00567 */
  labelSmoothing?: number;
  /** Tokens that are rarer in training are unknown; 1 unless told. With `copy`, 2 or more: what is rare is learnt to be copied. */
  minCount?: number;
  rng?: Rng;
}

export interface Seq2SeqParts {
  network?: TranslationMaker;
  rng?: Rng;
}

export interface Seq2SeqFitOptions extends FitOptions<Pair> {
  /**
   * Scheduled sampling (arXiv:1506.03099): the probability, for the number of batches learnt so far, that the decoder reads the true token and not the one it
   * would itself have written, as `inverseSigmoidDecay(500)`; always 1 unless told. A batch then costs up to twice as much.
   */
  teacherForcing?: Schedule;
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
  labelSmoothing: number;
  source: unknown;
  target: unknown;
}

/** `Seq2Seq.build(pairs)`, `fit`, `predict`: an encoder, a decoder that attends, and beam search. */
export class Seq2Seq extends ReadyModel<Pair> {
  readonly criterion: Criterion = { metric: 'loss', mode: 'min' };
  readonly rng: Rng;
  readonly network: TranslationNetwork;
  readonly #vocabularies: PairVocabularies;
  readonly #config: Config;

  private constructor(config: Config, choice: TranslationChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    const [source, target] = [Vocabulary.fromJSON(config.source), Vocabulary.fromJSON(config.target)];
    const { dropout, labelSmoothing } = config;
    this.network = makeTranslation('Seq2Seq', choice, {
      source: { vocabularySize: source.size },
      target: { vocabularySize: target.size, unknown: target.unknown },
      ...{ dropout, labelSmoothing, rng },
    });
    this.#vocabularies = { source, target, copies: this.network instanceof PointerGenerator };
  }

  /** An untrained model for the tokens of the training pairs. Throws OptionError, and DataError on a pair with an empty source. */
  static build(pairs: readonly Pair[], options: Seq2SeqOptions = {}): Seq2Seq {
    const where = 'Seq2Seq.build';
    knownOptions(where, options, ['network', 'dropout', 'labelSmoothing', 'minCount', 'rng']);
    const {
      network = { kind: 'gru', hiddenSize: 128 },
      dropout = 0.2,
      labelSmoothing = 0,
      minCount = 1,
      rng,
    } = options;
    within(where, 'dropout', dropout, 0, 1);
    within(where, 'labelSmoothing', labelSmoothing, 0, 1);
    refuseEmpty(
      where,
      'source',
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
    return new Seq2Seq({ network: saved(network), dropout, labelSmoothing, source, target }, network, rng);
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

  /** Learns; with `teacherForcing` by scheduled sampling. Throws as every `fit`. */
  override async fit(pairs: readonly Pair[], options: Seq2SeqFitOptions = {}): Promise<FitResult> {
    const { teacherForcing, ...rest } = options;
    const reading = teacherForcing && scheduledSampling({ teacherForcing, rng: this.rng.split() });
    const read = (batch: TranslationBatch, done: number) => reading?.(this.network.writer(batch), batch.target, done);
    const loss = (some: readonly Pair[], done: number) => {
      const batch = readPairs('Seq2Seq.fit', some, this.#vocabularies);
      return this.network.loss({ ...batch, read: read(batch, done) });
    };
    const batches = batchesByLength(
      () => pairs,
      (pair: Pair) => this.lengthOf(pair),
    );
    return fitModel(this, pairs, { batches, loss }, rest);
  }

  /** Mean cross-entropy of the target tokens given those before them → scalar. Throws DataError on an empty source. */
  loss(pairs: readonly Pair[]): tf.Scalar {
    return this.network.loss(readPairs('Seq2Seq.loss', pairs, this.#vocabularies));
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
    refuseEmpty('Seq2Seq.translate', 'source', sources);
    const { width = 1, maxLength, rules = [], penalties = [], ...rest } = options;
    const { start, end, padding } = this.#vocabularies.target;
    const answer = async (batch: (readonly string[])[], places: readonly number[]) => {
      const given = tidied(() => readSources('Seq2Seq.translate', batch, this.#vocabularies));
      try {
        const longest = 10 + 2 * Math.max(...batch.map(({ length }) => length));
        const own = {
          rules: [forbid([padding, start]), ...rulesOf(rules, places)],
          penalties: penaltiesOf(penalties, places),
        };
        const task = { start, end, width, maxLength: maxLength ?? longest, ...own, ...rest };
        const found = await named(beamSearch(this.network.writer(given.batch), task), places, sources.length);
        return found.map((row, b) => row.map((hypothesis) => translation(hypothesis, given, [b, batch[b]!.length])));
      } finally {
        tf.dispose({ ...given.batch });
      }
    };
    return inBatches(
      sources,
      ({ length }) => length,
      answer,
      () => [],
    );
  }
}

function translation(
  { ids, weights, score }: Hypothesis,
  { decode }: ReadSources,
  [row, sourceLength]: readonly [row: number, sourceLength: number],
): Translation {
  const looked = weights.slice(0, ids.length).map((each) => [...each.subarray(0, sourceLength)]);
  return { tokens: decode(row, ids), weights: looked, score };
}
