/** What a series will be, and how sure that is. */
import {
  count,
  DataError,
  defaultRng,
  type FitResult,
  type JsonValue,
  knownOptions,
  type Metrics,
  OptionError,
  type Rng,
  within,
} from '@seqloom/core';
import { padValues } from '@seqloom/data/to-tensors';
import { gaussianNLL, quantileLoss } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { batchesByLength } from '../batch-size.js';
import { type CausalChoice, type CausalDescription, type CausalMaker, makeCausal } from '../causal-layers.js';
import { configFor, restored, type SavedPart, saved } from '../config.js';
import { type FitOptions, fitModel } from '../fit-model.js';
import { inBatches } from '../in-batches.js';
import { pieces } from '../pieces.js';
import { read } from '../read.js';
import { type Criterion, ReadyModel } from '../ready-model.js';
import { ForecastNetwork } from './forecast-network.js';
import { checkSeries, type Scale, type Series, scaleOf, standardized } from './series.js';

export interface ForecasterOptions {
  /** How many steps ahead. */
  horizon: number;
  /** A GRU of 64 unless told. */
  layer?: CausalChoice;
  /** These quantiles of each number (between 0 and 1, rising); unless told, mean and deviation of a normal distribution. */
  quantiles?: readonly number[];
  /** Series are learnt in pieces of so many steps; 64 unless told. */
  context?: number;
  /** On what the layer says; 0 unless told. */
  dropout?: number;
  rng?: Rng;
}

export interface ForecasterParts {
  layer?: CausalMaker;
  rng?: Rng;
}

/** For each of the steps ahead and each of the D numbers [H][D]: its mean and deviation, or its quantiles [H][D][Q]. */
export type Forecast =
  | { readonly mean: number[][]; readonly deviation: number[][] }
  | { readonly quantiles: number[][][] };

interface Config {
  layer: SavedPart<CausalDescription>;
  horizon: number;
  quantiles: readonly number[] | null;
  context: number;
  dropout: number;
  scale: Scale;
}

/** `Forecaster.build(series, { horizon })`, `fit`, `predict`: from every step of a causal layer, the next steps at once. */
export class Forecaster extends ReadyModel<Series> {
  readonly criterion: Criterion = { metric: 'loss', mode: 'min' };
  readonly rng: Rng;
  readonly network: ForecastNetwork;
  readonly #config: Config;

  private constructor(config: Config, choice: CausalChoice, rng: Rng = defaultRng.split()) {
    super();
    this.rng = rng;
    this.#config = config;
    const { horizon, quantiles, dropout, scale } = config;
    const size = scale.mean.length;
    const layer = makeCausal('Forecaster', choice, { inputSize: size, rng });
    this.network = new ForecastNetwork(layer, { horizon, size, numbers: quantiles?.length ?? 2, dropout, rng });
  }

  /** An untrained forecaster for series of the training series' kind. Throws OptionError, and DataError on what is no series of finite numbers longer than the horizon. */
  static build(series: readonly Series[], options: ForecasterOptions): Forecaster {
    const where = 'Forecaster.build';
    knownOptions(where, options, ['horizon', 'layer', 'quantiles', 'context', 'dropout', 'rng']);
    const { horizon, layer = { kind: 'gru', hiddenSize: 64 }, quantiles, context = 64, dropout = 0, rng } = options;
    count(where, 'horizon', horizon);
    count(where, 'context', context);
    within(where, 'dropout', dropout, 0, 1);
    if (quantiles) checkQuantiles(where, quantiles);
    checkLengths(where, series, horizon);
    const config = { horizon, quantiles: quantiles ?? null, context, dropout, scale: scaleOf(where, series) };
    return new Forecaster({ ...config, layer: saved(layer) }, layer, rng);
  }

  /** The forecaster that `save` wrote. Throws CheckpointError when the bytes are something else, OptionError where its own layer is missing. */
  static async load(bytes: Uint8Array, parts: ForecasterParts = {}): Promise<Forecaster> {
    knownOptions('Forecaster.load', parts, ['layer', 'rng']);
    const build = (config: Config, layer: CausalChoice) => new Forecaster(config, layer, parts.rng);
    return restored('Forecaster', { bytes, parts, part: 'layer' }, build);
  }

  config(): JsonValue {
    return configFor('Forecaster', this.#config);
  }

  lengthOf(series: Series): number {
    return series.length;
  }

  /** Learns from series of any length, in pieces of `context` steps and the horizon after them, cut elsewhere in each epoch. */
  override async fit(series: readonly Series[], options: FitOptions<Series> = {}): Promise<FitResult> {
    const { context, horizon } = this.#config;
    checkLengths('Forecaster.fit', series, horizon);
    const examples = (rng: Rng) => series.flatMap((rows) => pieces(rows, { context, ahead: horizon, rng }));
    const loss = (batch: readonly Series[]) => this.loss(batch);
    return fitModel(this, series, { batches: batchesByLength(examples, ({ length }) => length), loss }, options);
  }

  /** The mean over every step that has one after it, and over the steps ahead that are known: −log of the density, or the quantiles' pinball loss, in deviations → scalar. */
  loss(series: readonly Series[]): tf.Scalar {
    checkLengths('Forecaster.loss', series, 1);
    const { values, mask } = this.#read('loss', series);
    const { targets, known } = this.network.targets({ values, mask });
    const said = this.network.forward({ values, mask }); // [B,T·H,D,N]
    const { quantiles } = this.#config;
    if (quantiles) return quantileLoss(said, targets, known, quantiles);
    const [mean, logVariance] = tf.unstack(said, 3) as [tf.Tensor3D, tf.Tensor3D];
    return gaussianNLL(mean, logVariance, targets, known);
  }

  /** `loss` as in training, and `error`: the mean of |forecast − truth| in deviations, of the median quantile or the mean, over the last steps of each series that were held back. */
  async evaluate(series: readonly Series[]): Promise<Metrics> {
    const { horizon, scale } = this.#config;
    checkLengths('Forecaster.evaluate', series, horizon);
    const losses = await inBatches(
      series,
      ({ length }) => length,
      async (batch) => {
        const loss = await read<number>(() => this.loss(batch));
        return batch.map(() => loss);
      },
      () => 0,
    );
    const forecasts = await this.predict(series.map((rows) => rows.slice(0, -horizon)));
    const gaps = forecasts.flatMap((forecast, s) => {
      const truth = series[s]!.slice(-horizon);
      return middle(forecast, this.#config.quantiles ?? []).flatMap((row, h) =>
        row.map((x, d) => Math.abs(x - truth[h]![d]!) / scale.deviation[d]!),
      );
    });
    return { loss: mean(losses), error: mean(gaps) };
  }

  /** What comes after each series, which must not be empty. Throws DataError. */
  async predict(series: readonly Series[]): Promise<Forecast[]> {
    if (series.length === 0) return [];
    this.#check('predict', series);
    const answer = async (batch: Series[]) => {
      const said = await read<number[][][][]>(() => this.network.last(this.#read('predict', batch))); // [B,H,D,N]
      return said.map((rows) => this.#forecast(rows));
    };
    return inBatches<Series, Forecast>(
      series,
      ({ length }) => length,
      answer,
      () => ({ quantiles: [] }),
    );
  }

  #forecast(rows: readonly (readonly (readonly number[])[])[]): Forecast {
    const { mean: center, deviation } = this.#config.scale;
    const scaled = (pick: (said: readonly number[], d: number) => number) =>
      rows.map((row) => row.map((said, d) => pick(said, d)));
    if (this.#config.quantiles)
      return {
        quantiles: rows.map((row) =>
          row.map((said, d) => said.map((q) => q * deviation[d]! + center[d]!).sort(rising)),
        ),
      };
    return {
      mean: scaled(([m], d) => m! * deviation[d]! + center[d]!),
      deviation: scaled(([, logVariance], d) => Math.exp(logVariance! / 2) * deviation[d]!),
    };
  }

  #check(method: string, series: readonly Series[]): void {
    checkSeries(`Forecaster.${method}`, series, this.#config.scale.mean.length);
  }

  #read(method: string, series: readonly Series[]) {
    this.#check(method, series);
    return padValues(series.map((rows) => standardized(rows, this.#config.scale)));
  }
}

const rising = (a: number, b: number) => a - b;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean, or the quantile nearest to the median. */
function middle(forecast: Forecast, quantiles: readonly number[]): number[][] {
  if ('mean' in forecast) return forecast.mean;
  const far = quantiles.map((q) => Math.abs(q - 0.5));
  const nearest = far.indexOf(Math.min(...far));
  return forecast.quantiles.map((row) => row.map((values) => values[nearest]!));
}

function checkLengths(where: string, series: readonly Series[], horizon: number): void {
  const short = series.findIndex(({ length }) => length <= horizon);
  if (short < 0) return;
  throw new DataError(where, `series ${short} has ${series[short]!.length} steps, and must have more than ${horizon}`);
}

function checkQuantiles(where: string, quantiles: readonly number[]): void {
  for (const q of quantiles) within(where, 'quantiles', q, 0, 1);
  if (quantiles.length > 0 && quantiles.every((q, i) => i === 0 || q > quantiles[i - 1]!)) return;
  throw new OptionError(where, '`quantiles` must be at least one number, rising', { hint: '[0.1, 0.5, 0.9]' });
}
