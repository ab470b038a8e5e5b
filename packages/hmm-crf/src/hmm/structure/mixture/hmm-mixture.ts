/** Mixture of HMMs: each sequence comes whole from one of several models (Smyth 1997), which clusters sequences; learned by EM. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import { dirichletPrior, distributions, drawIndex, logDirichlet, maximiseDistribution } from '../../distributions.js';
import { finiteSums, type LatentModel, type LearnFitOptions, learn } from '../../expectation-maximisation.js';
import { type ExpectedStatistics, noStatistics } from '../../expectations.js';
import type { FitResult } from '../../fit.js';
import { forwardBackward } from '../../forward-backward.js';
import { HMM } from '../../hmm.js';
import { type HMMJSON, readHMM } from '../../hmm-json.js';
import { logSumExp } from '../../log-domain.js';
import { eachSequence, type Observations } from '../../observations.js';
import type { Drawn } from '../../sample.js';
import { readModel } from '../model-file.js';

export interface HMMMixtureOptions {
  /** M models of the same observations; they may differ in everything else. */
  components: readonly HMM[];
  /** [M]: p(component); uniform unless given. Zeros stay zero. */
  weights?: ArrayLike<number>;
  /** Dirichlet α of the weights: one number or [M]; 1, no prior, unless given. */
  prior?: ArrayLike<number> | number;
}

/** Sums over sequences, those of each component weighted by p(component | sequence). */
export interface MixtureStatistics {
  logLikelihood: number;
  /** [M] */
  readonly sequences: Float64Array;
  /** [M] */
  readonly components: readonly ExpectedStatistics[];
}

const where = 'HMMMixture';
const format = 'seqloom.hmm-mixture';

/** The components are HMMs like any other: ask them for what they know alone. */
export class HMMMixture implements LatentModel<Observations, MixtureStatistics> {
  readonly components: readonly HMM[];
  /** [M] */
  readonly weights: Float64Array;
  /** [M]: Dirichlet α. */
  readonly prior: Float64Array;
  #begun = false;

  constructor(options: HMMMixtureOptions) {
    knownOptions(where, options, ['components', 'weights', 'prior']);
    const { components, weights, prior = 1 } = options;
    if (!Array.isArray(components) || components.length === 0 || !components.every((hmm) => hmm instanceof HMM))
      throw new OptionError(where, `\`components\` must be HMMs, got ${show(components)}`);
    const M = components.length;
    this.components = [...components];
    if (new Set(components).size < M) throw new OptionError(where, '`components` must not be the same model twice');
    this.weights = distributions(where, 'weights', weights ?? new Float64Array(M).fill(1 / M), [1, M]);
    this.prior = dirichletPrior(where, 'prior', prior, [1, M]);
  }

  /** The model that `toJSON` wrote, from its JSON or the text of it. Throws a CheckpointError. */
  static fromJSON(file: string | object): HMMMixture {
    const make = ({ components, ...options }: Record<string, unknown>) => {
      const mixture = new HMMMixture({ ...options, components: (components as HMMJSON[]).map(readHMM) });
      mixture.#begun = true;
      return mixture;
    };
    return readModel(file, { where, format, lists: ['components', 'weights', 'prior'], fields: [], make });
  }

  /** How many parameters are free, as AIC and BIC count them. */
  get parameterCount(): number {
    const weights = this.weights.reduce((sum, p) => sum + (p > 0 ? 1 : 0), -1);
    return this.components.reduce((sum, { parameterCount }) => sum + parameterCount, weights);
  }

  /** Throws a ShapeError or DataError naming sequence and step unless the model can read `data`; returns N. */
  check(data: Observations): number {
    return this.components.map((hmm) => hmm.check(data))[0]!;
  }

  /** Checks the data and, unless this model has learned before, lets each component start from a random share of the sequences. */
  prepare(data: Observations, rng: Rng = defaultRng): void {
    this.check(data);
    if (this.#begun) return;
    const order = rng.shuffled([...data.lengths.keys()]);
    for (const [m, hmm] of this.components.entries()) {
      const own = order.filter((_, at) => at % this.components.length === m);
      hmm.prepare(own.length > 0 ? selected(data, own) : data, rng.split());
    }
    this.#begun = true;
  }

  /** Learns from `data` by EM, in place: log p(data) + log p(parameters) never falls. */
  fit(data: Observations, options?: LearnFitOptions): Promise<FitResult> {
    return learn(this, data, options);
  }

  /** log p of each sequence: [B]; 0 for empty ones, −∞ for impossible ones. */
  logLikelihood(data: Observations): Float64Array {
    return Float64Array.from(this.#joint(data), logSumExp);
  }

  /** log p(data): the sum over sequences. */
  score(data: Observations): number {
    return this.logLikelihood(data).reduce((sum, log) => sum + log, 0);
  }

  /** p(component | sequence): [B,M]; zeros for impossible sequences. */
  responsibilities(data: Observations): Float64Array {
    const M = this.components.length;
    const out = new Float64Array(data.lengths.length * M);
    for (const [b, logs] of this.#joint(data).entries()) {
      const total = logSumExp(logs);
      if (total > -Infinity)
        out.set(
          logs.map((log) => Math.exp(log - total)),
          b * M,
        );
    }
    return out;
  }

  /** The most probable component of each sequence: [B]; −1 for impossible ones. */
  clusters(data: Observations): Int32Array {
    return Int32Array.from(this.#joint(data), (logs) => {
      const best = Math.max(...logs);
      return best === -Infinity ? -1 : logs.indexOf(best);
    });
  }

  /** One sequence drawn from the model, with its component and its states. */
  sample(length: number, rng: Rng = defaultRng): Drawn & { component: number } {
    const component = drawIndex(this.weights, rng);
    return { component, ...this.components[component]!.sample(length, rng) };
  }

  /** Akaike's criterion, 2 · parameters − 2 · log p(data): of two models the smaller is better. */
  aic(data: Observations): number {
    return 2 * this.parameterCount - 2 * this.score(data);
  }

  /** Schwarz' criterion, parameters · log N − 2 · log p(data), N rows. */
  bic(data: Observations): number {
    return this.parameterCount * Math.log(this.check(data)) - 2 * this.score(data);
  }

  /** log p(parameters) under the priors, up to a constant. */
  logPrior(): number {
    return this.components.reduce((sum, hmm) => sum + hmm.logPrior(), logDirichlet(this.weights, this.prior));
  }

  *expect(data: Observations): Generator<void, MixtureStatistics, void> {
    const components = this.components.map(noStatistics);
    const statistics = { logLikelihood: 0, sequences: new Float64Array(components.length), components };
    let sequence = 0;
    for (const { rows } of eachSequence(data)) {
      this.#addSequence(rows, data.lengths[sequence]!, statistics, sequence++);
      yield;
    }
    for (const { emission } of components) finiteSums(where, emission);
    return statistics;
  }

  maximise({ sequences, components }: MixtureStatistics): void {
    maximiseDistribution(this.weights, sequences, this.prior);
    for (const [m, hmm] of this.components.entries()) hmm.maximise(components[m]!);
  }

  toJSON(): Record<string, unknown> {
    const components = this.components.map((hmm) => hmm.toJSON());
    return { format, version: 1, components, weights: [...this.weights], prior: [...this.prior] };
  }

  #addSequence(values: Float64Array, length: number, statistics: MixtureStatistics, sequence: number): void {
    const alone = this.components.map((hmm) => expectationsOfOne(hmm, values, length));
    const logs = Float64Array.from(alone, ({ logLikelihood }, m) => Math.log(this.weights[m]!) + logLikelihood);
    const total = logSumExp(logs);
    if (!Number.isFinite(total))
      throw new DataError(where, `sequence ${sequence} has log-likelihood ${total} under the model`);
    statistics.logLikelihood += total;
    for (const [m, own] of alone.entries()) {
      const weight = Math.exp(logs[m]! - total);
      if (weight === 0) continue;
      statistics.sequences[m]! += weight;
      addWeighted(statistics.components[m]!, own, weight);
    }
  }

  /** log p(component, sequence): a row [M] for each sequence. */
  #joint(data: Observations): Float64Array[] {
    this.check(data);
    const each = this.components.map((hmm) => hmm.logLikelihood(data));
    return data.lengths.map((_, b) => this.weights.map((p, m) => Math.log(p) + each[m]![b]!));
  }
}

function expectationsOfOne(hmm: HMM, values: Float64Array, length: number): ExpectedStatistics {
  const statistics = noStatistics(hmm);
  forwardBackward(hmm, { values, lengths: [length] }, statistics, (each, posteriors) => {
    statistics.logLikelihood = each[0]!;
    if (Number.isFinite(each[0]!)) hmm.emission.accumulate(statistics.emission, values, posteriors);
  });
  return statistics;
}

function addWeighted(to: ExpectedStatistics, own: ExpectedStatistics, weight: number): void {
  for (const name of ['start', 'transitions', 'emission'] as const) {
    for (let i = 0; i < own[name].length; i++) to[name][i]! += weight * own[name][i]!;
  }
}

function selected({ values, width, lengths }: Observations, sequences: readonly number[]): Observations {
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  const parts = sequences.map((b) => values.subarray(starts[b]! * width, starts[b + 1]! * width));
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return { values: out, width, lengths: sequences.map((b) => lengths[b]!) };
}
