/** How sure a score is, and whether one system is better than another: by drawing the test set again. */
import { DataError, ShapeError } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';

/** Anything that scores a list of examples, such as pairs of output and reference. */
export type SampleScore<T> = (examples: readonly T[]) => number;

export interface ResamplingOptions {
  /** How many test sets are drawn, 1000 unless told. */
  readonly resamples?: number;
  readonly rng?: Rng;
}

export interface IntervalOptions extends ResamplingOptions {
  /** How many of the drawn scores the interval holds, 0.95 unless told. */
  readonly confidence?: number;
}

export interface ConfidenceInterval {
  /** Of the examples themselves. */
  readonly score: number;
  /** Of the drawn test sets. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The interval in which the score of test sets drawn from `examples` with replacement mostly lies (the percentile bootstrap, Efron 1979). Throws a DataError when there is no example. */
export function bootstrapInterval<T>(
  examples: readonly T[],
  score: SampleScore<T>,
  options: IntervalOptions = {},
): ConfidenceInterval {
  knownOptions('bootstrapInterval', options, ['resamples', 'rng', 'confidence']);
  const confidence = within('bootstrapInterval', 'confidence', options.confidence ?? 0.95, 0, 1);
  const { resamples, rng } = checkResampling('bootstrapInterval', examples.length, options);
  const scores = repeat(resamples, () => score(drawPlaces(examples.length, rng).map((i) => examples[i]!)));
  const sorted = Float64Array.from(scores).sort();
  const outside = Math.min(Math.floor((resamples * (1 - confidence)) / 2 + 1e-9), (resamples - 1) >> 1);
  const mean = average(scores);
  return { score: score(examples), mean, low: sorted[outside]!, high: sorted[resamples - 1 - outside]! };
}

export interface PairedTest {
  /** The score of the first system less that of the second. */
  readonly difference: number;
  /** How probable a difference at least as large, either way, would be if neither was better. */
  readonly pValue: number;
}

/** Whether two systems differ on the same examples, by the differences on test sets drawn with replacement, centred (Koehn 2004; Riezler & Maxwell 2005). Throws ShapeError when the numbers differ and DataError when there is no example. */
export function pairedBootstrap<T>(
  first: readonly T[],
  second: readonly T[],
  score: SampleScore<T>,
  options: ResamplingOptions = {},
): PairedTest {
  const { resamples, rng } = checkPairs('pairedBootstrap', first, second, options);
  const drawn = repeat(resamples, () => {
    const places = drawPlaces(first.length, rng);
    return score(places.map((i) => first[i]!)) - score(places.map((i) => second[i]!));
  });
  const mean = average(drawn);
  return paired(
    score(first) - score(second),
    drawn.map((each) => each - mean),
  );
}

/** Whether two systems differ on the same examples, by the differences that arise when outputs change sides by chance (approximate randomisation, Noreen 1989; Riezler & Maxwell 2005). Throws as `pairedBootstrap` does. */
export function approximateRandomization<T>(
  first: readonly T[],
  second: readonly T[],
  score: SampleScore<T>,
  options: ResamplingOptions = {},
): PairedTest {
  const { resamples, rng } = checkPairs('approximateRandomization', first, second, options);
  const drawn = repeat(resamples, () => {
    const swapped = first.map(() => rng.uniform() < 0.5);
    const side = (own: readonly T[], other: readonly T[]) => own.map((each, i) => (swapped[i] ? other[i]! : each));
    return score(side(first, second)) - score(side(second, first));
  });
  return paired(score(first) - score(second), drawn);
}

/** The drawn differences that are as large count, and the real one among them, so that no probability is 0. */
function paired(difference: number, drawn: readonly number[]): PairedTest {
  const limit = Math.abs(difference) * (1 - 1e-12); // the same outputs in another order may round otherwise
  const asLarge = drawn.filter((each) => Math.abs(each) >= limit).length;
  return { difference, pValue: (asLarge + 1) / (drawn.length + 1) };
}

function checkPairs(where: string, first: readonly unknown[], second: readonly unknown[], options: ResamplingOptions) {
  knownOptions(where, options, ['resamples', 'rng']);
  if (first.length !== second.length)
    throw new ShapeError(where, `got ${first.length} examples of one system and ${second.length} of the other`);
  return checkResampling(where, first.length, options);
}

function checkResampling(where: string, examples: number, { resamples = 1000, rng = defaultRng }: ResamplingOptions) {
  if (examples === 0) throw new DataError(where, 'there is no example to draw');
  return { resamples: count(where, 'resamples', resamples), rng };
}

function drawPlaces(examples: number, rng: Rng): number[] {
  return repeat(examples, () => rng.below(examples));
}

function repeat(times: number, draw: () => number): number[] {
  return Array.from({ length: times }, draw);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
