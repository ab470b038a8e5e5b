/** Von Mises emissions: every state draws D angles, independent given the state. */
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { kMeans } from '../k-means.js';
import type { Observations } from '../observations.js';
import { drawVonMises } from './draws.js';
import type { Emission, EmissionJSON } from './emission.js';
import { type ColumnFamily, scoreColumns, sumColumns } from './independent-columns.js';
import { bounded, frozenNames, type Nested, optionsOf, table } from './parameters.js';
import { checkValues } from './rows.js';
import { inverseBesselRatio, logBesselI0Scaled } from './special/bessel.js';

export interface VonMisesOptions {
  /** K */
  stateCount: number;
  /** D; 1 unless given. */
  size?: number;
  /** [K,D]: radians; found by k-means on the circle when learning begins, unless given. */
  means?: Nested;
  /** [K,D]: concentrations κ ≥ 0, 0 is uniform; likewise. */
  kappas?: Nested;
  frozen?: readonly VonMisesParameter[];
}

type VonMisesParameter = 'means' | 'kappas';

const where = 'VonMises';
const log2Pi = Math.log(2 * Math.PI);
const fewestRows = 1e-10;
/** Angles spread by less than 1e-4 are as good as equal. */
const greatestKappa = 1e8;
const family: ColumnFamily = {
  featureCount: 2,
  features(x, out) {
    out[0] = Math.cos(x);
    out[1] = Math.sin(x);
    return -log2Pi;
  },
};

/** Rows of D angles in radians; whole turns do not matter. Mardia & Jupp, Directional Statistics (2000), §3.5. */
export class VonMises implements Emission {
  readonly family = 'von-mises';
  readonly stateCount: number;
  readonly width: number;
  /** [K,D] */
  readonly means: Float64Array;
  /** [K,D] */
  readonly kappas: Float64Array;
  readonly frozen: ReadonlySet<VonMisesParameter>;
  readonly #drawn: { readonly means: boolean; readonly kappas: boolean };

  constructor(options: VonMisesOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'means', 'kappas', 'frozen']);
    const { means, kappas, frozen } = options;
    this.stateCount = count(where, 'stateCount', options.stateCount);
    this.width = count(where, 'size', options.size ?? 1);
    const shape = [this.stateCount, this.width];
    this.means = table(where, 'means', means ?? 0, shape);
    this.kappas = bounded(where, 'kappas', table(where, 'kappas', kappas ?? 1, shape), 0);
    this.frozen = frozenNames(where, frozen, ['means', 'kappas']);
    this.#drawn = { means: means === undefined, kappas: kappas === undefined };
  }

  get parameterCount(): number {
    return (2 - this.frozen.size) * this.means.length;
  }

  get statisticsSize(): number {
    return 3 * this.means.length;
  }

  check(data: Observations): void {
    checkValues(where, data, Number.isFinite, 'an angle');
  }

  /** The centres of clusters of points on circles. */
  initialise({ values }: Observations, rng: Rng): void {
    const D = this.width;
    const points = Float64Array.from({ length: 2 * values.length }, (_, i) =>
      (i % 2 ? Math.sin : Math.cos)(values[i >> 1]!),
    );
    const centres = kMeans(points, 2 * D, this.stateCount, rng);
    for (let j = 0; j < this.means.length; j++) {
      const [cosine, sine] = [centres[2 * j]!, centres[2 * j + 1]!];
      if (this.#drawn.means) this.means[j] = Math.atan2(sine, cosine);
      if (this.#drawn.kappas) this.kappas[j] = kappaOf(Math.min(Math.hypot(cosine, sine), 0.9));
    }
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { means, kappas } = this;
    const constants = kappas.map((kappa) => -logBesselI0Scaled(kappa) - kappa);
    const natural = [
      kappas.map((kappa, j) => kappa * Math.cos(means[j]!)),
      kappas.map((kappa, j) => kappa * Math.sin(means[j]!)),
    ];
    scoreColumns(family, { constants, natural }, this.width, values, out);
  }

  /** Statistics [K,D,3]: expected rows, sums of cosines and of sines. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    sumColumns(family, this.width, statistics, values, posteriors);
  }

  maximise(statistics: Float64Array): void {
    for (let j = 0; j < this.means.length; j++) {
      const rows = statistics[3 * j]!;
      if (rows < fewestRows) continue;
      const [cosine, sine] = [statistics[3 * j + 1]! / rows, statistics[3 * j + 2]! / rows];
      if (!this.frozen.has('means')) this.means[j] = Math.atan2(sine, cosine);
      const length = cosine * Math.cos(this.means[j]!) + sine * Math.sin(this.means[j]!);
      if (!this.frozen.has('kappas')) this.kappas[j] = kappaOf(length);
    }
  }

  logPrior(): number {
    return 0;
  }

  /** Angles from −π to π. */
  sample(state: number, rng: Rng, out: Float64Array): void {
    for (let d = 0; d < this.width; d++) {
      const j = state * this.width + d;
      const angle = this.means[j]! + drawVonMises(this.kappas[j]!, rng);
      out[d] = angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
    }
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, width: size, means, kappas, frozen } = this;
    return { family, stateCount, size, means: [...means], kappas: [...kappas], frozen: [...frozen] };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): VonMises {
    return new VonMises(optionsOf<VonMisesOptions>(where, 'von-mises', json));
  }
}

/** κ from the mean resultant length along the mean; where that points away (a frozen mean), uniform is most probable. */
function kappaOf(length: number): number {
  if (!(length > 0)) return 0;
  return length < 1 ? Math.min(inverseBesselRatio(length), greatestKappa) : greatestKappa;
}
