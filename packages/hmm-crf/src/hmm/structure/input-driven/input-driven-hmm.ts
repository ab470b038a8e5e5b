/** Hidden Markov model whose transitions depend on inputs (IO-HMM; Bengio & Frasconi 1996), float64, learned by EM. */
import { DataError, OptionError, ShapeError, show } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import type { Float64Chain } from '../../../chain64/index.js';
import type { Decoding } from '../../decode.js';
import { drawDistribution } from '../../distributions.js';
import type { Emission, EmissionJSON } from '../../emissions/emission.js';
import { type Nested, table } from '../../emissions/parameters.js';
import { readEmission } from '../../emissions/read-emission.js';
import { finiteSums, type LatentModel, type LearnFitOptions, learn } from '../../expectation-maximisation.js';
import type { FitResult } from '../../fit.js';
import { checkObservations, type Observations, placeOf } from '../../observations.js';
import type { Drawn } from '../../sample.js';
import { bestPath, chainExpectations, logPartition } from '../log-chain.js';
import { readModel } from '../model-file.js';
import {
  type DrivenObservations,
  DrivenTargets,
  drawDriven,
  eachChain,
  forecastStates,
  wholeChain,
} from './driven-chain.js';
import { improveLogistic } from './multinomial-logistic.js';

export interface InputDrivenHMMOptions<E extends Emission = Emission> {
  /** How observations come from states; it sets the number of states K. */
  emission: E;
  /** U: how many numbers an input is. */
  inputSize: number;
  /** [K,U+1]: weights of the inputs and of 1, last; drawn when learning begins, unless given. */
  startWeights?: Nested;
  /** [K,K,U+1], from → to; likewise. */
  transWeights?: Nested;
  /** λ: weights are as if drawn from N(0, 1/λ), which keeps those finite that the data would let grow for ever; 0.001 unless given. */
  penalty?: number;
}

export interface DrivenStatistics {
  logLikelihood: number;
  readonly targets: DrivenTargets;
  readonly emission: Float64Array;
}

const where = 'InputDrivenHMM';
const format = 'seqloom.input-driven-hmm';
/** Steps of each regression in an M-step: it need not end, only rise. */
const innerSteps = 4;

/** p(first state | u) and p(next state | state, u) are softmax(w·[u,1]), with weights of their own for each state that is left. */
export class InputDrivenHMM<E extends Emission = Emission>
  implements LatentModel<DrivenObservations, DrivenStatistics>
{
  readonly emission: E;
  readonly inputSize: number;
  /** [K,U+1] */
  readonly startWeights: Float64Array;
  /** [K,K,U+1] */
  readonly transWeights: Float64Array;
  readonly penalty: number;
  readonly #drawn: { startWeights: boolean; transWeights: boolean };
  #begun = false;

  constructor(options: InputDrivenHMMOptions<E>) {
    knownOptions(where, options, ['emission', 'inputSize', 'startWeights', 'transWeights', 'penalty']);
    const { emission, inputSize, startWeights = 0, transWeights = 0, penalty = 1e-3 } = options;
    if (typeof emission?.logProbability !== 'function')
      throw new OptionError(where, `\`emission\` must be an Emission, got ${show(emission)}`);
    const K = count(where, 'emission.stateCount', emission.stateCount);
    const P = count(where, 'inputSize', inputSize) + 1;
    this.emission = emission;
    this.inputSize = inputSize;
    this.startWeights = table(where, 'startWeights', startWeights, [K, P]);
    this.transWeights = table(where, 'transWeights', transWeights, [K, K, P]);
    this.penalty = within(where, 'penalty', penalty, 0);
    this.#drawn = { startWeights: startWeights === 0, transWeights: transWeights === 0 };
  }

  /** The model that `toJSON` wrote, from its JSON or the text of it. Throws a CheckpointError. */
  static fromJSON(file: string | object): InputDrivenHMM {
    const [lists, fields] = [
      ['startWeights', 'transWeights'],
      ['emission', 'inputSize', 'penalty'],
    ];
    const make = ({ emission, inputSize, ...options }: Record<string, unknown>) =>
      new InputDrivenHMM({
        ...options,
        inputSize: inputSize as number,
        emission: readEmission(emission as EmissionJSON),
      });
    return readModel(file, { where, format, lists, fields, make });
  }

  /** K */
  get stateCount(): number {
    return this.emission.stateCount;
  }

  /** P: inputs and 1. */
  get width(): number {
    return this.inputSize + 1;
  }

  /** How many parameters are free, as AIC and BIC count them: of each softmax, one class less than it has. */
  get parameterCount(): number {
    const K = this.stateCount;
    return (K + 1) * (K - 1) * this.width + this.emission.parameterCount;
  }

  /** Throws a ShapeError or DataError naming sequence and step unless the model can read `data`; returns N. */
  check({ observations, inputs }: DrivenObservations): number {
    const rows = checkObservations(where, observations, this.emission.width);
    this.emission.check(observations);
    this.#checkInputs(inputs);
    if (String(inputs.lengths) === String(observations.lengths)) return rows;
    throw new ShapeError(where, `inputs must be as long as observations, [${observations.lengths.slice(0, 20)}]`, {
      hint: `they are [${inputs.lengths.slice(0, 20)}]`,
    });
  }

  /** Checks the data and, unless this model has learned before, draws what was not given to the constructor; inputs count for nothing yet. */
  prepare(data: DrivenObservations, rng: Rng = defaultRng): void {
    this.check(data);
    if (this.#begun) return;
    if (this.#drawn.startWeights) this.#drawIntercepts(this.startWeights, rng);
    if (this.#drawn.transWeights) this.#drawIntercepts(this.transWeights, rng);
    this.emission.initialise(data.observations, rng);
    this.#begun = true;
  }

  /** Learns from `data` by EM, in place: log p(data) + log p(parameters) never falls. */
  fit(data: DrivenObservations, options?: LearnFitOptions): Promise<FitResult> {
    return learn(this, data, options);
  }

  /** log p(observations | inputs) of each sequence: [B]; 0 for empty ones, −∞ for impossible ones. */
  logLikelihood(data: DrivenObservations): Float64Array {
    this.check(data);
    return Float64Array.from(eachChain(this, data), ({ chain }) => logPartition(chain));
  }

  /** log p(observations | inputs): the sum over sequences. */
  score(data: DrivenObservations): number {
    return this.logLikelihood(data).reduce((sum, log) => sum + log, 0);
  }

  /** p(state at each row | its sequence and inputs): [N,K]; zeros for impossible sequences. */
  posteriors(data: DrivenObservations): Float64Array {
    const out = new Float64Array(this.check(data) * this.stateCount);
    for (const { start, chain } of eachChain(this, data))
      out.set(chainExpectations(chain).states, start * this.stateCount);
    return out;
  }

  /** The most probable path of each sequence (Viterbi), and log p(path, observations | inputs); −1 where none is possible. */
  viterbi(data: DrivenObservations): Decoding {
    const out = new Int32Array(this.check(data));
    const scores = Array.from(eachChain(this, data), ({ start, chain }) => {
      const { path, score } = bestPath(chain);
      out.set(score === -Infinity ? path.fill(-1) : path, start);
      return score;
    });
    return { path: out, scores: Float64Array.from(scores) };
  }

  /** The chain of states given the data, to be asked anything else: the k best paths, draws, least risk, entropy. */
  chain(data: DrivenObservations): Float64Chain {
    this.check(data);
    return wholeChain(this, data);
  }

  /** p(state | all of one sequence) at each of the steps after it, for their inputs [H,U]: [H,K]. */
  forecast(data: DrivenObservations, next: Observations): Float64Array {
    const rows = this.check(data);
    this.#checkInputs(next);
    if (data.observations.lengths.length !== 1)
      throw new DataError(where, `forecast goes on after one sequence, got ${data.observations.lengths.length}`);
    const last = this.posteriors(data).slice(Math.max(0, rows - 1) * this.stateCount);
    return forecastStates(this, last, next.values);
  }

  /** One sequence drawn from the model for inputs [T,U], with its states. */
  sample(inputs: Observations, rng: Rng = defaultRng): Drawn {
    this.#checkInputs(inputs);
    return drawDriven(this, inputs.values, rng);
  }

  /** Akaike's criterion, 2 · parameters − 2 · log p(data): of two models the smaller is better. */
  aic(data: DrivenObservations): number {
    return 2 * this.parameterCount - 2 * this.score(data);
  }

  /** Schwarz' criterion, parameters · log N − 2 · log p(data), N rows. */
  bic(data: DrivenObservations): number {
    return this.parameterCount * Math.log(this.check(data)) - 2 * this.score(data);
  }

  /** The same of observations and their best paths. */
  icl(data: DrivenObservations): number {
    const completed = this.viterbi(data).scores.reduce((sum, score) => sum + score, 0);
    return this.parameterCount * Math.log(this.check(data)) - 2 * completed;
  }

  /** log p(parameters) under the priors, up to a constant. */
  logPrior(): number {
    const squares = (weights: Float64Array) => weights.reduce((sum, w) => sum + w * w, 0);
    return this.emission.logPrior() - (this.penalty / 2) * (squares(this.startWeights) + squares(this.transWeights));
  }

  *expect(data: DrivenObservations): Generator<void, DrivenStatistics, void> {
    const statistics: DrivenStatistics = {
      logLikelihood: 0,
      targets: new DrivenTargets(this, data.observations.lengths),
      emission: new Float64Array(this.emission.statisticsSize),
    };
    let sequence = 0;
    for (const { chain, rows, inputs } of eachChain(this, data)) {
      const { logPartition: logP, states, pairs } = chainExpectations(chain);
      if (!Number.isFinite(logP))
        throw new DataError(where, `sequence ${sequence} has log-likelihood ${logP} under the model`);
      statistics.logLikelihood += logP;
      statistics.targets.add(inputs, states, pairs);
      this.emission.accumulate(statistics.emission, rows, states);
      sequence++;
      yield;
    }
    finiteSums(where, statistics.emission);
    return statistics;
  }

  maximise({ targets, emission }: DrivenStatistics): void {
    const { stateCount: K, width, penalty } = this;
    const shape = { classCount: K, width, penalty };
    improveLogistic(targets.start, this.startWeights, shape, innerSteps);
    for (const [i, moves] of targets.moves.entries()) {
      improveLogistic(moves, this.transWeights.subarray(i * K * width, (i + 1) * K * width), shape, innerSteps);
    }
    this.emission.maximise(emission);
  }

  toJSON(): Record<string, unknown> {
    const { inputSize, startWeights, transWeights, penalty, emission } = this;
    const weights = { startWeights: [...startWeights], transWeights: [...transWeights] };
    return { format, version: 1, inputSize, penalty, ...weights, emission: emission.toJSON() };
  }

  #checkInputs(inputs: Observations): void {
    checkObservations(`${where} inputs`, inputs, this.inputSize);
    const bad = inputs.values.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw new DataError(where, `inputs, ${placeOf(inputs, bad)}: ${inputs.values[bad]} is no input`);
  }

  /** log of drawn distributions as the weights of 1. */
  #drawIntercepts(weights: Float64Array, rng: Rng): void {
    const { stateCount: K, width } = this;
    const row = new Float64Array(K);
    for (let at = 0; at < weights.length / width; at++) {
      if (at % K === 0) drawDistribution(row, rng);
      weights[(at + 1) * width - 1] = Math.log(row[at % K]!);
    }
  }
}
