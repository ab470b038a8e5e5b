/** Hidden Markov model (Rabiner 1989), float64, learned by expectation–maximisation. */
import { OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import { dirichletPrior, distributions, drawDistribution, logDirichlet, type Matrix } from './distributions.js';
import type { Emission } from './emissions/emission.js';
import { checkObservations, type Observations } from './observations.js';

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
  /** Parts that `initialise` draws. */
  readonly #drawn: { startProb: boolean; transMat: boolean };
  #begun = false;

  constructor(options: HMMOptions<E>) {
    knownOptions(where, options, ['emission', 'startProb', 'transMat', 'startPrior', 'transPrior', 'sticky', 'frozen']);
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
    this.#drawn = { startProb: startProb === undefined, transMat: transMat === undefined };
  }

  /** K */
  get stateCount(): number {
    return this.startProb.length;
  }

  /** How many parameters are free, as AIC and BIC count them; probabilities that are 0 are structure. */
  get parameterCount(): number {
    const K = this.stateCount;
    const free = (p: Float64Array, rows: number) => p.reduce((sum, value) => sum + (value > 0 ? 1 : 0), -rows);
    return free(this.startProb, 1) + free(this.transMat, K) + this.emission.parameterCount;
  }

  /** Draws starting values for what was not given to the constructor; the emission draws its own from the data. */
  initialise(data: Observations, rng: Rng = defaultRng): void {
    this.check(data);
    const K = this.stateCount;
    if (this.#drawn.startProb) drawDistribution(this.startProb, rng);
    for (let k = 0; this.#drawn.transMat && k < K; k++)
      drawDistribution(this.transMat.subarray(k * K, (k + 1) * K), rng);
    this.emission.initialise(data, rng);
  }

  /** What learning begins with: checks the data, and initialises, unless this model has learned before. */
  prepare(data: Observations, rng?: Rng): void {
    this.check(data);
    if (!this.#begun) this.initialise(data, rng);
    this.#begun = true;
  }

  /** Throws a ShapeError or DataError naming sequence and step unless the model can read `data`; returns N. */
  check(data: Observations): number {
    const rows = checkObservations(where, data, this.emission.width);
    this.emission.check(data);
    return rows;
  }

  /** log p(parameters) under the priors, up to a constant. */
  logPrior(): number {
    return (
      logDirichlet(this.startProb, this.startPrior) +
      logDirichlet(this.transMat, this.transPrior) +
      this.emission.logPrior()
    );
  }
}
