/** Hidden semi-Markov model: states that last for durations of their own (Yu 2010), float64, learned by EM. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import type { Decoding } from '../../decode.js';
import {
  dirichletPrior,
  distributions,
  drawDistribution,
  logDirichlet,
  type Matrix,
  maximiseDistribution,
} from '../../distributions.js';
import type { Emission, EmissionJSON } from '../../emissions/emission.js';
import { readEmission } from '../../emissions/read-emission.js';
import { finiteSums, type LatentModel, type LearnFitOptions, learn } from '../../expectation-maximisation.js';
import type { FitResult } from '../../fit.js';
import { checkObservations, type Observations } from '../../observations.js';
import type { Drawn } from '../../sample.js';
import type { Duration, DurationJSON } from '../durations/duration.js';
import { readDuration } from '../durations/read-duration.js';
import { readModel } from '../model-file.js';
import { bestSegments, type Segment } from './best-segments.js';
import { addExpectations, emptyCounts, type SemiMarkovCounts } from './expectations.js';
import { forward } from './forward.js';
import { chainOf, drawSegments, eachScores } from './model-segments.js';

export interface HiddenSemiMarkovOptions<E extends Emission = Emission, D extends Duration = Duration> {
  /** How observations come from states; it sets the number of states K. */
  emission: E;
  /** How long states last, at most D steps: the time of everything grows with D. */
  duration: D;
  /** [K]: p(first state); drawn when learning begins, unless given. Zeros stay zero. */
  startProb?: ArrayLike<number>;
  /** [K,K]: p(next segment's state | segment's state); drawn with a diagonal of 0 when learning begins, unless given. Zeros stay zero. */
  transMat?: Matrix;
  /** Dirichlet α of `startProb`, one number or [K], and of `transMat`, one number or [K,K]; 1 unless given. */
  startPrior?: ArrayLike<number> | number;
  transPrior?: Matrix | number;
}

/** Expected counts of everything that is learned. */
export interface SemiMarkovStatistics extends SemiMarkovCounts {
  logLikelihood: number;
  readonly emission: Float64Array;
}

const where = 'HiddenSemiMarkovModel';
const format = 'seqloom.hsmm';

/**
 * Segments of a state and a duration follow each other. The first begins with the sequence; the last may go on after it, so only its
 * survival counts. With one state, segments follow segments of the same state.
 */
export class HiddenSemiMarkovModel<E extends Emission = Emission, D extends Duration = Duration>
  implements LatentModel<Observations, SemiMarkovStatistics>
{
  readonly emission: E;
  readonly duration: D;
  /** [K] */
  readonly startProb: Float64Array;
  /** [K,K], row-major, from → to. */
  readonly transMat: Float64Array;
  readonly startPrior: Float64Array;
  readonly transPrior: Float64Array;
  readonly #drawn: { startProb: boolean; transMat: boolean };
  #begun = false;

  constructor(options: HiddenSemiMarkovOptions<E, D>) {
    knownOptions(where, options, ['emission', 'duration', 'startProb', 'transMat', 'startPrior', 'transPrior']);
    const { emission, duration, startProb, transMat, startPrior = 1, transPrior = 1 } = options;
    if (typeof emission?.logProbability !== 'function')
      throw new OptionError(where, `\`emission\` must be an Emission, got ${show(emission)}`);
    const K = count(where, 'emission.stateCount', emission.stateCount);
    if (typeof duration?.logProbability !== 'function' || duration.stateCount !== K)
      throw new OptionError(where, `\`duration\` must be a Duration of ${K} states, got ${show(duration?.stateCount)}`);
    this.emission = emission;
    this.duration = duration;
    this.startProb = distributions(where, 'startProb', startProb ?? new Array(K).fill(1 / K), [1, K]);
    this.transMat = distributions(where, 'transMat', transMat ?? othersEqually(K), [K, K]);
    this.startPrior = dirichletPrior(where, 'startPrior', startPrior, [1, K]);
    this.transPrior = dirichletPrior(where, 'transPrior', transPrior, [K, K]);
    this.#drawn = { startProb: startProb === undefined, transMat: transMat === undefined };
  }

  /** The model that `toJSON` wrote, from its JSON or the text of it. Throws a CheckpointError. */
  static fromJSON(
    file: string | object,
    readDurations: (json: DurationJSON) => Duration = readDuration,
  ): HiddenSemiMarkovModel {
    const lists = ['startProb', 'transMat', 'startPrior', 'transPrior'];
    const make = ({ emission, duration, ...options }: Record<string, unknown>) =>
      new HiddenSemiMarkovModel({
        ...options,
        emission: readEmission(emission as EmissionJSON),
        duration: readDurations(duration as DurationJSON),
      });
    return readModel(file, { where, format, lists, fields: ['emission', 'duration'], make });
  }

  /** K */
  get stateCount(): number {
    return this.startProb.length;
  }

  /** How many parameters are free, as AIC and BIC count them; probabilities that are 0 are structure. */
  get parameterCount(): number {
    const free = (p: Float64Array, rows: number) => p.reduce((sum, value) => sum + (value > 0 ? 1 : 0), -rows);
    const chain = free(this.startProb, 1) + free(this.transMat, this.stateCount);
    return chain + this.emission.parameterCount + this.duration.parameterCount;
  }

  /** Throws a ShapeError or DataError naming sequence and step unless the model can read `data`; returns N. */
  check(data: Observations): number {
    const rows = checkObservations(where, data, this.emission.width);
    this.emission.check(data);
    return rows;
  }

  /** Checks the data and, unless this model has learned before, draws what was not given to the constructor. */
  prepare(data: Observations, rng: Rng = defaultRng): void {
    this.check(data);
    if (this.#begun) return;
    const K = this.stateCount;
    if (this.#drawn.startProb) drawDistribution(this.startProb, rng);
    for (let k = 0; this.#drawn.transMat && K > 1 && k < K; k++) {
      const others = new Float64Array(K - 1);
      drawDistribution(others, rng);
      for (let j = 0; j < K - 1; j++) this.transMat[k * K + j + (j < k ? 0 : 1)] = others[j]!;
    }
    this.emission.initialise(data, rng);
    this.#begun = true;
  }

  /** Learns from `data` by EM, in place: log p(data) + log p(parameters) never falls. */
  fit(data: Observations, options?: LearnFitOptions): Promise<FitResult> {
    return learn(this, data, options);
  }

  /** log p of each sequence: [B]; 0 for empty ones, −∞ for impossible ones. */
  logLikelihood(data: Observations): Float64Array {
    this.check(data);
    const chain = chainOf(this);
    return Float64Array.from(eachScores(this, data), ({ scores }) => forward(chain, scores).logLikelihood);
  }

  /** log p(data): the sum over sequences. */
  score(data: Observations): number {
    return this.logLikelihood(data).reduce((sum, log) => sum + log, 0);
  }

  /** p(state at each row | its sequence): [N,K]; zeros for impossible sequences. */
  posteriors(data: Observations): Float64Array {
    const K = this.stateCount;
    const chain = chainOf(this);
    const out = new Float64Array(this.check(data) * K);
    for (const { start, scores } of eachScores(this, data)) {
      const messages = forward(chain, scores);
      if (messages.logLikelihood === -Infinity) continue;
      const own = out.subarray(start * K, (start + scores.stepCount) * K);
      addExpectations(chain, scores, messages, emptyCounts(chain), own);
    }
    return out;
  }

  /** The most probable segments of each sequence and their states, and log p(segments, observations); −1 and none where none is possible. */
  viterbi(data: Observations): Decoding & { segments: Segment[][] } {
    const chain = chainOf(this);
    const path = new Int32Array(this.check(data)).fill(-1);
    const scores = new Float64Array(data.lengths.length);
    const segments: Segment[][] = [];
    for (const { start, scores: own } of eachScores(this, data)) {
      const best = bestSegments(chain, own);
      for (const { state, start: first, length } of best.segments)
        path.fill(state, start + first, start + first + length);
      scores[segments.length] = best.logProbability;
      segments.push(best.segments);
    }
    return { path, scores, segments };
  }

  /** One sequence drawn from the model, with its states; the last segment is cut at the end. */
  sample(length: number, rng: Rng = defaultRng): Drawn {
    return drawSegments(this, count(where, 'length', length, 0), rng);
  }

  /** Akaike's criterion, 2 · parameters − 2 · log p(data): of two models the smaller is better. */
  aic(data: Observations): number {
    return 2 * this.parameterCount - 2 * this.score(data);
  }

  /** Schwarz' criterion, parameters · log N − 2 · log p(data), N rows. */
  bic(data: Observations): number {
    return this.parameterCount * Math.log(this.check(data)) - 2 * this.score(data);
  }

  /** The same of observations and their best segments. */
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

  *expect(data: Observations): Generator<void, SemiMarkovStatistics, void> {
    const chain = chainOf(this);
    const emission = new Float64Array(this.emission.statisticsSize);
    const statistics: SemiMarkovStatistics = { logLikelihood: 0, emission, ...emptyCounts(chain) };
    let sequence = 0;
    for (const { rows, scores } of eachScores(this, data)) {
      const messages = forward(chain, scores);
      if (!Number.isFinite(messages.logLikelihood)) {
        const problem = `sequence ${sequence} has log-likelihood ${messages.logLikelihood} under the model`;
        throw new DataError(where, problem, { hint: 'allow longer durations, or other transitions' });
      }
      const posteriors = new Float64Array(scores.stepCount * this.stateCount);
      addExpectations(chain, scores, messages, statistics, posteriors);
      this.emission.accumulate(statistics.emission, rows, posteriors);
      statistics.logLikelihood += messages.logLikelihood;
      sequence++;
      yield;
    }
    finiteSums(where, statistics.emission);
    return statistics;
  }

  maximise({ start, transition, duration, emission }: SemiMarkovStatistics): void {
    const K = this.stateCount;
    maximiseDistribution(this.startProb, start, this.startPrior);
    for (let k = 0; k < K; k++) {
      const row = (table: Float64Array) => table.subarray(k * K, (k + 1) * K);
      maximiseDistribution(row(this.transMat), row(transition), row(this.transPrior));
    }
    this.duration.maximise(duration);
    this.emission.maximise(emission);
  }

  toJSON(): Record<string, unknown> {
    const { startProb, transMat, startPrior, transPrior, emission, duration } = this;
    return {
      ...{ format, version: 1, emission: emission.toJSON(), duration: duration.toJSON() },
      ...{ startProb: [...startProb], transMat: [...transMat] },
      ...{ startPrior: [...startPrior], transPrior: [...transPrior] },
    };
  }
}

function othersEqually(K: number): Float64Array {
  if (K === 1) return Float64Array.of(1);
  return Float64Array.from({ length: K * K }, (_, at) => (at % (K + 1) === 0 ? 0 : 1 / (K - 1)));
}
