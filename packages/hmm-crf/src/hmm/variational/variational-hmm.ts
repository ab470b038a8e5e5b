/** Hidden Markov model learned by variational Bayes: distributions over its parameters in place of values (Beal 2003). */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import type { IterationEvent } from '../baum-welch.js';
import type { Matrix } from '../distributions.js';
import type { Emission, EmissionJSON } from '../emissions/emission.js';
import { finish, finiteSums, type LatentModel, type LearnFitOptions, learn } from '../expectation-maximisation.js';
import type { FitResult } from '../fit.js';
import { HMM } from '../hmm.js';
import { checkObservations, eachSequence, type Observations } from '../observations.js';
import { chainExpectations, type LogChain } from '../structure/log-chain.js';
import { readModel } from '../structure/model-file.js';
import { chosen, dirichletDivergence, dirichletParameters, expectedLogs, meansOf } from './dirichlet.js';
import { readVariationalEmission } from './read-variational-emission.js';
import type { VariationalEmission } from './variational-emission.js';

export interface VariationalHMMOptions<E extends VariationalEmission = VariationalEmission> {
  /** How observations come from states; it sets the number of states K. */
  emission: E;
  /** Dirichlet α of the first state: one number or [K]; 1/K unless given. 0: impossible. */
  startPrior?: ArrayLike<number> | number;
  /** Dirichlet α of the rows of transitions: one number or [K,K]; 1/K unless given. 0: impossible. */
  transPrior?: Matrix | number;
  /** [K] and [K,K]; made when learning begins, unless given. */
  startPosterior?: ArrayLike<number>;
  transPosterior?: Matrix;
}

/** Expected counts under the posterior, sums over sequences. */
export interface VariationalStatistics {
  /** log Σ over paths of exp E[log p(path, data)]: not yet the bound. */
  logLikelihood: number;
  readonly start: Float64Array;
  readonly transitions: Float64Array;
  readonly emission: Float64Array;
}

const where = 'VariationalHMM';
const format = 'seqloom.variational-hmm';

/** The posterior is the model's fields, all Dirichlet α; the emission has its own. */
export class VariationalHMM<E extends VariationalEmission = VariationalEmission>
  implements LatentModel<Observations, VariationalStatistics>
{
  readonly emission: E;
  /** [K] */
  readonly startPrior: Float64Array;
  /** [K,K], row-major, from → to. */
  readonly transPrior: Float64Array;
  readonly startPosterior: Float64Array;
  readonly transPosterior: Float64Array;
  /** What `prepare` starts; nothing once it has. */
  #drawn: { start: boolean; transitions: boolean } | undefined;

  constructor(options: VariationalHMMOptions<E>) {
    knownOptions(where, options, ['emission', 'startPrior', 'transPrior', 'startPosterior', 'transPosterior']);
    const { emission, startPosterior, transPosterior } = options;
    if (typeof emission?.expectedLogProbability !== 'function')
      throw new OptionError(where, `\`emission\` must be a VariationalEmission, got ${show(emission)}`);
    const K = count(where, 'emission.stateCount', emission.stateCount);
    this.emission = emission;
    this.startPrior = dirichletParameters(where, 'startPrior', options.startPrior ?? 1 / K, [1, K]);
    this.transPrior = dirichletParameters(where, 'transPrior', options.transPrior ?? 1 / K, [K, K]);
    const dirichlet = (name: string, given: Matrix, rows: number) => dirichletParameters(where, name, given, [rows, K]);
    this.startPosterior = dirichlet('startPosterior', startPosterior ?? this.startPrior, 1);
    this.transPosterior = dirichlet('transPosterior', transPosterior ?? this.transPrior, K);
    this.#drawn = { start: startPosterior === undefined, transitions: transPosterior === undefined };
  }

  /** The model that `toJSON` wrote, from its JSON or the text of it; `readEmission` reads emissions of your own. Throws a CheckpointError. */
  static fromJSON(
    file: string | object,
    readEmission: typeof readVariationalEmission = readVariationalEmission,
  ): VariationalHMM {
    const lists = ['startPrior', 'transPrior', 'startPosterior', 'transPosterior'];
    const make = ({ emission, ...options }: Record<string, unknown>) =>
      new VariationalHMM({ ...options, emission: readEmission(emission as EmissionJSON) });
    return readModel(file, { where, format, lists, fields: ['emission'], make });
  }

  /** K */
  get stateCount(): number {
    return this.startPrior.length;
  }

  /** Throws a ShapeError or DataError naming sequence and step unless the model can read `data`; returns N. */
  check(data: Observations): number {
    const rows = checkObservations(where, data, this.emission.width);
    this.emission.check(data);
    return rows;
  }

  /** Checks the data and, unless this model has learned before, starts what was not given: as if each state had seen its share of the data. */
  prepare(data: Observations, rng: Rng = defaultRng): void {
    const rows = this.check(data);
    if (!this.#drawn) return;
    const K = this.stateCount;
    const share = (prior: Float64Array, whole: number) => prior.map((alpha) => (alpha > 0 ? alpha + whole / K : 0));
    if (this.#drawn.start) this.startPosterior.set(share(this.startPrior, data.lengths.length));
    if (this.#drawn.transitions) this.transPosterior.set(share(this.transPrior, rows / K));
    this.emission.initialise(data, rng);
    this.#drawn = undefined;
  }

  /** Learns from `data` in place; a gain of the bound below 1e-6 ends it, unless told otherwise (hmmlearn's rule). The history is the bound's. */
  async fit(data: Observations, { onIteration, ...options }: LearnFitOptions = {}): Promise<FitResult> {
    const history: number[] = [];
    const keep = (event: IterationEvent) => {
      history.push(event.logPosterior);
      onIteration?.(event);
    };
    const result = await learn(this, data, { tolerance: 1e-6, ...options, onIteration: keep });
    return { ...result, history };
  }

  /** What `fit` never lowers: log p(data) ≥ this, by KL(q ‖ p(parameters and states | data)). */
  lowerBound(data: Observations): number {
    this.check(data);
    return finish(this.expect(data)).logLikelihood + this.logPrior();
  }

  /** q(state at each row): [N,K]. */
  posteriors(data: Observations): Float64Array {
    const out = new Float64Array(this.check(data) * this.stateCount);
    finish(this.#walk(data, out));
    return out;
  }

  expect(data: Observations): Generator<void, VariationalStatistics, void> {
    return this.#walk(data);
  }

  maximise({ start, transitions, emission }: VariationalStatistics): void {
    for (let i = 0; i < start.length; i++) this.startPosterior[i] = this.startPrior[i]! + start[i]!;
    for (let i = 0; i < transitions.length; i++) this.transPosterior[i] = this.transPrior[i]! + transitions[i]!;
    this.emission.update(emission);
  }

  /** −KL(posterior ‖ prior) of all parameters: what makes the bound of `logLikelihood`. */
  logPrior(): number {
    const K = this.stateCount;
    return -(
      dirichletDivergence(this.startPosterior, this.startPrior, K) +
      dirichletDivergence(this.transPosterior, this.transPrior, K) +
      this.emission.divergence()
    );
  }

  /** An HMM at the posterior's means: it scores, decodes, draws and forecasts. */
  pointEstimate(): HMM<Emission> {
    const K = this.stateCount;
    return new HMM({
      emission: this.emission.pointEstimate(),
      startProb: meansOf(this.startPosterior, K),
      transMat: meansOf(this.transPosterior, K),
    });
  }

  /** How many rows each state is expected to have emitted: [K]. */
  occupancy(data: Observations): Float64Array {
    const K = this.stateCount;
    const out = new Float64Array(K);
    for (const [at, p] of this.posteriors(data).entries()) out[at % K]! += p;
    return out;
  }

  /** The model without states that are expected at fewer than `rows` rows of the data, the most frequent being kept in any case. */
  pruned(data: Observations, rows = 1): VariationalHMM {
    within(where, 'rows', rows, 0);
    const occupancy = this.occupancy(data);
    const most = Math.max(...occupancy);
    const states = [...occupancy.keys()].filter((k) => occupancy[k]! >= Math.min(rows, most));
    const K = this.stateCount;
    return new VariationalHMM({
      emission: this.emission.withStates(states),
      startPrior: chosen(this.startPrior, 1, states),
      transPrior: chosen(this.transPrior, K, states, states),
      startPosterior: chosen(this.startPosterior, 1, states),
      transPosterior: chosen(this.transPosterior, K, states, states),
    });
  }

  toJSON(): Record<string, unknown> {
    const { startPrior, transPrior, startPosterior, transPosterior } = this;
    return {
      ...{ format, version: 1, emission: this.emission.toJSON() },
      ...{ startPrior: [...startPrior], transPrior: [...transPrior] },
      ...{ startPosterior: [...startPosterior], transPosterior: [...transPosterior] },
    };
  }

  *#walk(data: Observations, posteriors?: Float64Array): Generator<void, VariationalStatistics, void> {
    const K = this.stateCount;
    const statistics: VariationalStatistics = {
      logLikelihood: 0,
      start: new Float64Array(K),
      transitions: new Float64Array(K * K),
      emission: new Float64Array(this.emission.statisticsSize),
    };
    const [logStart, logTransition] = [expectedLogs(this.startPosterior, K), expectedLogs(this.transPosterior, K)];
    let sequence = 0;
    for (const { start, rows } of eachSequence(data)) {
      const logEmission = new Float64Array((rows.length / data.width) * K);
      this.emission.expectedLogProbability(rows, logEmission);
      const states = this.#addSequence({ logStart, logTransition, logEmission }, rows, statistics, sequence++);
      posteriors?.set(states, start * K);
      yield;
    }
    finiteSums(where, statistics.emission);
    return statistics;
  }

  #addSequence(chain: LogChain, rows: Float64Array, statistics: VariationalStatistics, sequence: number): Float64Array {
    const { logPartition, states, pairs } = chainExpectations(chain);
    if (!Number.isFinite(logPartition))
      throw new DataError(where, `sequence ${sequence} is impossible under the priors`);
    statistics.logLikelihood += logPartition;
    for (let k = 0; k < this.stateCount && states.length > 0; k++) statistics.start[k]! += states[k]!;
    for (let i = 0; i < pairs.length; i++) statistics.transitions[i]! += pairs[i]!;
    this.emission.accumulate(statistics.emission, rows, states);
    return states;
  }
}
