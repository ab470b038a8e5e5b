/** Hidden Markov model of order n: the next state depends on the last n, by an ordinary HMM over tuples of them. */
import { OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { ScoredPath } from '../../../chain64/index.js';
import { checkAllowed } from '../../allowed-states.js';
import type { Decoding } from '../../decode.js';
import { distributions, type Matrix } from '../../distributions.js';
import type { Emission } from '../../emissions/emission.js';
import type { FitOptions, FitResult } from '../../fit.js';
import { HMM } from '../../hmm.js';
import { type HMMJSON, readHMM } from '../../hmm-json.js';
import type { Observations } from '../../observations.js';
import type { Drawn } from '../../sample.js';
import { Tied } from '../../tied-emission.js';
import { readModel } from '../model-file.js';
import { Tuples } from './tuples.js';

export interface HigherOrderOptions<E extends Emission = Emission> {
  /** n: how many states the next one depends on. */
  order: number;
  /** How observations come from states; it sets the number of states K. */
  emission: E;
  /** [K]: p(first state); uniform unless given. Zeros stay zero. */
  startProb?: ArrayLike<number>;
  /**
   * For m = 1 … n, p(next state | last m states) [K^m,K], rows in order of the states, the earliest first; the short ones are for the
   * beginning of a sequence. Uniform unless given. Zeros stay zero.
   */
  transitions?: readonly Matrix[];
  /** Dirichlet α of all numbers; 1, no prior, unless given. */
  startPrior?: number;
  transPrior?: number;
}

const where = 'HigherOrderHMM';
const format = 'seqloom.higher-order-hmm';

/**
 * Asks and answers are about the K states; `hmm`, over the tuples, does the work and learns by Baum–Welch. Moves between tuples that
 * do not overlap are impossible, and stay so. Its time grows with the square of the number of tuples, about K^n.
 */
export class HigherOrderHMM<E extends Emission = Emission> {
  readonly order: number;
  readonly emission: E;
  /** Over the tuples. */
  readonly hmm: HMM<Tied>;
  readonly #tuples: Tuples;
  /** [S]: the state of each tuple. */
  readonly #last: readonly number[];

  constructor(options: HigherOrderOptions<E>) {
    knownOptions(where, options, ['order', 'emission', 'startProb', 'transitions', 'startPrior', 'transPrior']);
    const { order, emission, startProb, transitions, startPrior = 1, transPrior = 1 } = options;
    if (typeof emission?.logProbability !== 'function')
      throw new OptionError(where, `\`emission\` must be an Emission, got ${show(emission)}`);
    this.#tuples = new Tuples(where, emission.stateCount, order);
    this.#last = this.#tuples.lastStates;
    this.order = order;
    this.emission = emission;
    this.hmm = new HMM({
      emission: new Tied({ emission, groups: this.#last }),
      startProb: this.#startOf(startProb),
      transMat: this.#movesOf(transitions),
      startPrior,
      transPrior,
    });
  }

  /** The model that `toJSON` wrote, from its JSON or the text of it. Throws a CheckpointError. */
  static fromJSON(file: string | object): HigherOrderHMM {
    return readModel(file, { where, format, lists: [], fields: ['order', 'hmm'], make: madeOf });
  }

  /** K */
  get stateCount(): number {
    return this.emission.stateCount;
  }

  get parameterCount(): number {
    return this.hmm.parameterCount;
  }

  /** p(next state | last m states) [K^m,K], m from 1 to n. */
  transitions(m: number = this.order): Float64Array {
    const [K, S] = [this.stateCount, this.#tuples.size];
    const cells = this.#tuples
      .ofLength(m)
      .flatMap((tuple) => Array.from({ length: K }, (_, state) => tuple * S + this.#tuples.next(tuple, state)));
    return Float64Array.from(cells, (cell) => this.hmm.transMat[cell]!);
  }

  /** Learns from `data` by Baum–Welch, in place. `allowed` [N,K], here and below, restricts the states of rows. */
  fit(data: Observations, { allowed, ...options }: FitOptions = {}): Promise<FitResult> {
    return this.hmm.fit(data, { ...options, allowed: this.#allowedTuples(data, allowed) });
  }

  /** log p of each sequence: [B]; 0 for empty ones, −∞ for impossible ones. */
  logLikelihood(data: Observations, allowed?: Uint8Array): Float64Array {
    return this.hmm.logLikelihood(data, this.#allowedTuples(data, allowed));
  }

  /** log p(data): the sum over sequences. */
  score(data: Observations, allowed?: Uint8Array): number {
    return this.hmm.score(data, this.#allowedTuples(data, allowed));
  }

  /** p(state at each row | its sequence): [N,K]; zeros for impossible sequences. */
  posteriors(data: Observations, allowed?: Uint8Array): Float64Array {
    const [K, S] = [this.stateCount, this.#tuples.size];
    const ofTuples = this.hmm.posteriors(data, this.#allowedTuples(data, allowed));
    const out = new Float64Array((ofTuples.length / S) * K);
    for (let at = 0; at < ofTuples.length; at++) out[Math.floor(at / S) * K + this.#last[at % S]!]! += ofTuples[at]!;
    return out;
  }

  /** The most probable path of each sequence (Viterbi), and log p(path, observations). */
  viterbi(data: Observations, allowed?: Uint8Array): Decoding {
    const { path, scores } = this.hmm.viterbi(data, this.#allowedTuples(data, allowed));
    return { path: this.#statesOf(path), scores };
  }

  /** The k best paths of each sequence, best first; fewer where fewer are possible. */
  kBest(data: Observations, k: number, allowed?: Uint8Array): ScoredPath[][] {
    const lists = this.hmm.kBest(data, k, this.#allowedTuples(data, allowed));
    return lists.map((list) => list.map(({ path, score }) => ({ path: this.#statesOf(path), score })));
  }

  /** `count` draws of a path [T] given each sequence; −1 throughout where none is possible. */
  samplePaths(data: Observations, draws: number, rng?: Rng, allowed?: Uint8Array): Int32Array[][] {
    const drawn = this.hmm.samplePaths(data, draws, rng, this.#allowedTuples(data, allowed));
    return drawn.map((paths) => paths.map((path) => this.#statesOf(path)));
  }

  /** One sequence drawn from the model, with its states. */
  sample(length: number, rng?: Rng): Drawn {
    const { states, observations } = this.hmm.sample(length, rng);
    return { states: this.#statesOf(states), observations };
  }

  /** Akaike's criterion: of two models the smaller is better. */
  aic(data: Observations): number {
    return this.hmm.aic(data);
  }

  /** Schwarz' criterion; likewise. */
  bic(data: Observations): number {
    return this.hmm.bic(data);
  }

  /** The same of observations and their best paths. */
  icl(data: Observations): number {
    return this.hmm.icl(data);
  }

  toJSON(): Record<string, unknown> {
    return { format, version: 1, order: this.order, hmm: this.hmm.toJSON() };
  }

  #startOf(given: ArrayLike<number> | undefined): Float64Array {
    const K = this.stateCount;
    const out = new Float64Array(this.#tuples.size);
    out.set(distributions(where, 'startProb', given ?? new Float64Array(K).fill(1 / K), [1, K]));
    return out;
  }

  #movesOf(given: readonly Matrix[] | undefined): Float64Array {
    const [K, S] = [this.stateCount, this.#tuples.size];
    if (given !== undefined && given?.length !== this.order)
      throw new OptionError(where, `\`transitions\` must be ${this.order} tables, got ${show(given)}`);
    const out = new Float64Array(S * S);
    for (let m = 1; m <= this.order; m++) {
      const uniform = new Float64Array(K ** m * K).fill(1 / K);
      const table = distributions(where, `transitions[${m - 1}]`, given?.[m - 1] ?? uniform, [K ** m, K]);
      for (const [row, tuple] of this.#tuples.ofLength(m).entries()) {
        for (let k = 0; k < K; k++) out[tuple * S + this.#tuples.next(tuple, k)] = table[row * K + k]!;
      }
    }
    return out;
  }

  #statesOf(tuples: Int32Array): Int32Array {
    return tuples.map((tuple) => (tuple < 0 ? -1 : this.#last[tuple]!));
  }

  #allowedTuples(data: Observations, allowed: Uint8Array | undefined): Uint8Array | undefined {
    if (!allowed) return undefined;
    const [K, S] = [this.stateCount, this.#tuples.size];
    const rows = this.hmm.check(data);
    checkAllowed(where, allowed, rows, K);
    return Uint8Array.from({ length: rows * S }, (_, at) => allowed[Math.floor(at / S) * K + this.#last[at % S]!]!);
  }
}

/** Numbers straight into the HMM over tuples: its zeros are checked to be where they must. */
function madeOf({ order, hmm: json }: Record<string, unknown>): HigherOrderHMM {
  const hmm = readHMM(json as HMMJSON);
  if (!(hmm.emission instanceof Tied)) throw new OptionError(where, 'the emission is not that of tuples');
  const [startPrior, transPrior] = [hmm.startPrior[0]!, hmm.transPrior[0]!];
  const model = new HigherOrderHMM({ order: order as number, emission: hmm.emission.emission, startPrior, transPrior });
  for (const name of ['startProb', 'transMat'] as const) {
    const strange = hmm[name].findIndex((p, at) => p > 0 && model.hmm[name][at] === 0);
    if (hmm[name].length !== model.hmm[name].length || strange >= 0)
      throw new OptionError(where, `\`${name}\` is not that of tuples of ${order}`);
    model.hmm[name].set(hmm[name]);
  }
  return model;
}
