/** Hidden Markov model (Rabiner 1989), float64, learned by expectation–maximisation. */
import { OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import { Float64Chain, type ScoredPath } from '../chain64/index.js';
import { checkAllowed } from './allowed-states.js';
import { type Decoder, type Decoding, maxMarginal, viterbi } from './decode.js';
import {
  dirichletPrior,
  distributions,
  drawDistribution,
  logDirichlet,
  type Matrix,
  maximiseDistribution,
  normalise,
} from './distributions.js';
import type { Emission } from './emissions/emission.js';
import { batches, type ExpectedStatistics } from './expectations.js';
import { Filter } from './filter.js';
import { type FitOptions, type FitResult, fit } from './fit.js';
import { emissionLogs, forwardBackward, logLikelihoods } from './forward-backward.js';
import type { HMMJSON } from './hmm-json.js';
import { checkObservations, type Observations } from './observations.js';
import { type Drawn, sampleSequence } from './sample.js';
import { stationaryDistribution } from './stationary-distribution.js';
import { fitSupervised, type SupervisedOptions } from './supervised.js';
import { TiedRows } from './tied-rows.js';

export interface HMMOptions<E extends Emission = Emission> {
  /** How observations come from states; it sets the number of states K. */
  emission: E;
  /** [K]: p(first state); uniform, and drawn when learning begins, unless given. Zeros stay zero. */
  startProb?: ArrayLike<number>;
  /** [K,K]: p(next state | state), from → to; likewise. */
  transMat?: Matrix;
  /** Dirichlet α of `startProb`: one number or [K]; 1, no prior, unless given. */
  startPrior?: ArrayLike<number> | number;
  /** Dirichlet α of the rows of `transMat`: one number or [K,K]. */
  transPrior?: Matrix | number;
  /** What α has more on the diagonal, so that states like to stay. */
  sticky?: number;
  /** Parts that learning leaves alone. */
  frozen?: readonly HMMPart[];
  /**
   * [K]: states of the same number share one row of `transMat`: the probabilities of the moves that are possible from them, in their order, so that
   * states of `leftRight` share how long they last. Counts and priors of tied rows add up. `Tied` does the same for emissions.
   */
  tiedRows?: readonly number[];
}

export type HMMPart = 'startProb' | 'transMat' | 'emission';

const parts: readonly HMMPart[] = ['startProb', 'transMat', 'emission'];
const where = 'HMM';

/** A Markov chain of K hidden states that emits rows of D numbers. The model is its fields: learning changes the numbers in them. */
export class HMM<E extends Emission = Emission> {
  /** [K] */
  readonly startProb: Float64Array;
  /** [K,K], row-major, from → to. */
  readonly transMat: Float64Array;
  readonly emission: E;
  /** [K]: Dirichlet α. */
  readonly startPrior: Float64Array;
  /** [K,K]: Dirichlet α, `sticky` included. */
  readonly transPrior: Float64Array;
  readonly frozen: ReadonlySet<HMMPart>;
  readonly #tied: TiedRows | undefined;
  /** Parts that `initialise` draws. */
  readonly #drawn: { startProb: boolean; transMat: boolean };
  #learned = false;

  constructor(options: HMMOptions<E>) {
    const chain = ['startProb', 'transMat', 'startPrior', 'transPrior', 'sticky', 'tiedRows'];
    knownOptions(where, options, ['emission', ...chain, 'frozen']);
    const { emission, startProb, transMat, startPrior = 1, transPrior = 1, sticky = 0, frozen = [] } = options;
    if (typeof emission?.logProbability !== 'function')
      throw new OptionError(where, `\`emission\` must be an Emission, got ${show(emission)}`);
    const K = count(where, 'emission.stateCount', emission.stateCount);
    this.emission = emission;
    this.startProb = distributions(where, 'startProb', startProb ?? new Array(K).fill(1 / K), [1, K]);
    this.transMat = distributions(where, 'transMat', transMat ?? new Array(K * K).fill(1 / K), [K, K]);
    this.startPrior = dirichletPrior(where, 'startPrior', startPrior, [1, K]);
    this.transPrior = dirichletPrior(where, 'transPrior', transPrior, [K, K]);
    within(where, 'sticky', sticky, 0);
    for (let k = 0; k < K; k++) this.transPrior[k * (K + 1)]! += sticky;
    const unknown = frozen.find((part) => !parts.includes(part));
    if (unknown !== undefined)
      throw new OptionError(where, `\`frozen\` must be some of ${parts.join(', ')}, got ${show(unknown)}`);
    this.frozen = new Set(frozen);
    this.#tied = options.tiedRows && new TiedRows(where, options.tiedRows, this.transMat);
    this.#drawn = { startProb: startProb === undefined, transMat: transMat === undefined };
  }

  /** K */
  get stateCount(): number {
    return this.startProb.length;
  }

  /** How many parameters are free, as AIC and BIC count them; probabilities that are 0 are structure. */
  get parameterCount(): number {
    const { frozen, emission } = this;
    const tied = this.#tied;
    const free = (part: 'startProb' | 'transMat', rows: number, isOwn = (_: number) => true) =>
      frozen.has(part) ? 0 : this[part].reduce((sum, p, cell) => sum + (p > 0 && isOwn(cell) ? 1 : 0), -rows);
    const transitions = free('transMat', tied?.count ?? this.stateCount, (cell) => tied?.isFirst(cell) ?? true);
    return free('startProb', 1) + transitions + (frozen.has('emission') ? 0 : emission.parameterCount);
  }

  /** Draws starting values for what was not given to the constructor; the emission draws its own from the data. */
  initialise(data: Observations, rng: Rng = defaultRng): void {
    this.check(data);
    const { stateCount: K, frozen } = this;
    if (this.#drawn.startProb && !frozen.has('startProb')) drawDistribution(this.startProb, rng);
    for (let k = 0; this.#drawn.transMat && !frozen.has('transMat') && k < K; k++) {
      const row = this.transMat.subarray(k * K, (k + 1) * K);
      drawDistribution(row, rng);
      row[k]! += 1; // most chains would rather stay: half of the way to that, fewer starts end in poor optima
      normalise(row);
    }
    if (this.#drawn.transMat && !frozen.has('transMat')) this.#tied?.average(this.transMat);
    if (!frozen.has('emission')) this.emission.initialise(data, rng);
  }

  /** What learning begins with: checks the data, and initialises, unless this model has learned before. */
  prepare(data: Observations, rng?: Rng): void {
    if (this.#learned) this.check(data);
    else this.initialise(data, rng);
  }

  /** The M-step: the parameters of highest expected log-likelihood plus log prior; frozen parts stay. */
  maximise({ start, transitions, emission }: ExpectedStatistics): void {
    const { frozen, stateCount: K } = this;
    this.#learned = true;
    if (!frozen.has('emission')) this.emission.maximise(emission);
    if (!frozen.has('startProb')) maximiseDistribution(this.startProb, start, this.startPrior);
    const pooled = (table: Float64Array) => this.#tied?.pooled(table) ?? table;
    const [counts, rows] = [pooled(transitions), pooled(this.transPrior.map((alpha) => alpha - 1))];
    for (let k = 0; k < K && !frozen.has('transMat'); k++) {
      const row = (table: Float64Array) => table.subarray(k * K, (k + 1) * K);
      maximiseDistribution(
        row(this.transMat),
        row(counts),
        row(rows).map((more) => more + 1),
      );
    }
  }

  /** Throws a ShapeError or DataError naming sequence and step unless the model can read `data`; returns N. */
  check(data: Observations): number {
    const rows = checkObservations(where, data, this.emission.width);
    this.emission.check(data);
    return rows;
  }

  /** Learns from `data` by Baum–Welch, in place; `baumWelch` and `fitBest` give more control. */
  fit(data: Observations, options?: FitOptions): Promise<FitResult> {
    return fit(this, data, options);
  }

  /** Learns from states that are known: [N]. */
  fitSupervised(data: Observations, states: ArrayLike<number>, options?: SupervisedOptions): void {
    fitSupervised(this, data, states, options);
  }

  /** log p of each sequence: [B]; 0 for empty ones, −∞ for impossible ones. `allowed` [N,K], here and below, restricts the states of rows. */
  logLikelihood(data: Observations, allowed?: Uint8Array): Float64Array {
    this.#checked(data, allowed);
    const out = new Float64Array(data.lengths.length);
    for (const batch of batches(data, allowed)) out.set(logLikelihoods(this, batch), batch.sequence);
    return out;
  }

  /** log p(data): the sum over sequences. */
  score(data: Observations, allowed?: Uint8Array): number {
    return this.logLikelihood(data, allowed).reduce((sum, log) => sum + log, 0);
  }

  /** p(state at each row | its sequence): [N,K]; zeros for impossible sequences. */
  posteriors(data: Observations, allowed?: Uint8Array): Float64Array {
    const K = this.stateCount;
    const out = new Float64Array(this.#checked(data, allowed) * K);
    for (const batch of batches(data, allowed))
      forwardBackward(this, batch, undefined, (_, posteriors) => out.set(posteriors, batch.row * K));
    return out;
  }

  /** The most probable path of each sequence (Viterbi), and log p(path, observations). */
  viterbi(data: Observations, allowed?: Uint8Array): Decoding {
    return this.#decode(viterbi, data, allowed);
  }

  /** The most probable state at each step (max-marginal, hmmlearn's 'map'), and how many are expected to be right. */
  map(data: Observations, allowed?: Uint8Array): Decoding {
    return this.#decode(maxMarginal, data, allowed);
  }

  /** The k best paths of each sequence, best first; fewer where fewer are possible. */
  kBest(data: Observations, k: number, allowed?: Uint8Array): ScoredPath[][] {
    count(where, 'k', k);
    return this.chain(data, allowed).kBest(k);
  }

  /** `count` draws of a path [T] given each sequence; −1 throughout where none is possible. */
  samplePaths(data: Observations, draws: number, rng: Rng = defaultRng, allowed?: Uint8Array): Int32Array[][] {
    count(where, 'draws', draws);
    return this.chain(data, allowed).sample(draws, rng);
  }

  /** The chain of states given the data, to be asked anything else: paths with least risk for a given loss, entropy, divergence, expectations, samples. */
  chain(data: Observations, allowed?: Uint8Array): Float64Chain {
    this.#checked(data, allowed);
    const [initial, transition] = [this.startProb.map(Math.log), this.transMat.map(Math.log)];
    return new Float64Chain({
      initial,
      transition,
      emission: emissionLogs(this.emission, { ...data, allowed }),
      lengths: data.lengths,
    });
  }

  /** One sequence drawn from the model, with its states. */
  sample(length: number, rng: Rng = defaultRng): Drawn {
    return sampleSequence(this, count(where, 'length', length, 0), rng);
  }

  /** Follows a sequence as it arrives; `lag` steps late it says what it was, in the light of what came after. */
  filter(lag = 0): Filter {
    return new Filter(this, lag);
  }

  /** p(state) in the long run: [K]. Throws a UsageError where that depends on how the chain begins. */
  stationary(): Float64Array {
    return stationaryDistribution(this.transMat, this.stateCount);
  }

  /** Akaike's criterion, 2 · parameters − 2 · log p(data): of two models the smaller is better. */
  aic(data: Observations): number {
    return 2 * this.parameterCount - 2 * this.score(data);
  }

  /** Schwarz' criterion, parameters · log N − 2 · log p(data), N rows. */
  bic(data: Observations): number {
    return this.parameterCount * Math.log(this.check(data)) - 2 * this.score(data);
  }

  /** The same of observations and their best paths, which favours states that are told apart (Biernacki, Celeux & Govaert 2000). */
  icl(data: Observations): number {
    const completed = this.viterbi(data).scores.reduce((sum, score) => sum + score, 0);
    return this.parameterCount * Math.log(this.check(data)) - 2 * completed;
  }

  /** log p(parameters) under the priors, up to a constant. */
  logPrior(): number {
    return (
      logDirichlet(this.startProb, this.startPrior) +
      logDirichlet(this.transMat, this.transPrior) +
      this.emission.logPrior()
    );
  }

  /** What `readHMM` reads. */
  toJSON(): HMMJSON {
    const { startProb, transMat, startPrior, transPrior, frozen, emission } = this;
    return {
      format: 'seqloom.hmm',
      version: 2,
      startProb: [...startProb],
      transMat: [...transMat],
      startPrior: [...startPrior],
      transPrior: [...transPrior],
      frozen: [...frozen],
      ...(this.#tied && { tiedRows: this.#tied.groups }),
      emission: emission.toJSON(),
    };
  }

  #decode(decoder: Decoder, data: Observations, allowed: Uint8Array | undefined): Decoding {
    const path = new Int32Array(this.#checked(data, allowed));
    const scores = new Float64Array(data.lengths.length);
    for (const batch of batches(data, allowed)) {
      const decoded = decoder(this, batch);
      path.set(decoded.path, batch.row);
      scores.set(decoded.scores, batch.sequence);
    }
    return { path, scores };
  }

  #checked(data: Observations, allowed: Uint8Array | undefined): number {
    const rows = this.check(data);
    if (allowed) checkAllowed(where, allowed, rows, this.stateCount);
    return rows;
  }
}
