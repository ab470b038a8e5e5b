/** Emissions from files: every family is read by its name. */
import { CheckpointError, isSeqError, show } from '@seqloom/core/errors';
import { Tied } from '../tied-emission.js';
import { Bernoulli } from './bernoulli.js';
import { Categorical } from './categorical.js';
import type { Emission, EmissionJSON } from './emission.js';
import { Gamma } from './gamma.js';
import { Gaussian } from './gaussian.js';
import { GaussianMixture } from './gaussian-mixture.js';
import { LinearRegression } from './linear-regression.js';
import { Multinomial } from './multinomial.js';
import { Poisson } from './poisson.js';
import { Product } from './product.js';
import { StudentT } from './student-t.js';
import { VonMises } from './von-mises.js';

export type EmissionReader = (json: EmissionJSON) => Emission;

/** Readers that are called when a file names their family. */
const readers = new Map<string, EmissionReader>([
  ['categorical', (json) => Categorical.fromJSON(json)],
  ['gaussian', (json) => Gaussian.fromJSON(json)],
  ['gaussian-mixture', (json) => GaussianMixture.fromJSON(json)],
  ['poisson', (json) => Poisson.fromJSON(json)],
  ['bernoulli', (json) => Bernoulli.fromJSON(json)],
  ['multinomial', (json) => Multinomial.fromJSON(json)],
  ['gamma', (json) => Gamma.fromJSON(json)],
  ['linear-regression', (json) => LinearRegression.fromJSON(json)],
  ['product', (json) => Product.fromJSON(json, readEmission)],
  ['student-t', (json) => StudentT.fromJSON(json)],
  ['tied', (json) => Tied.fromJSON(json, readEmission)],
  ['von-mises', (json) => VonMises.fromJSON(json)],
]);

/** Makes a family of your own readable, under the `family` that its `toJSON` writes. */
export function registerEmission(family: string, read: EmissionReader): void {
  readers.set(family, read);
}

/** Makes the emission that `toJSON` described. Throws a CheckpointError for unknown families and for parameters that do not fit together. */
export function readEmission(json: EmissionJSON): Emission {
  const read = readers.get(json?.family);
  if (!read)
    throw new CheckpointError('readEmission', `unknown family ${show(json?.family)}`, {
      hint: `known families: ${[...readers.keys()].join(', ')}; registerEmission adds others`,
    });
  checkSizes(json);
  try {
    return read(json);
  } catch (error) {
    if (isSeqError(error) && error.name === 'CheckpointError') throw error;
    throw new CheckpointError('readEmission', `the ${json.family} emission is not as it should be: ${message(error)}`, {
      cause: error,
    });
  }
}

/** Sizes that lie would allocate what the file does not hold: every family has a number for each state and size at least. */
function checkSizes(json: EmissionJSON): void {
  const sizes = ['stateCount', 'size', 'mixtureCount'].map((name) => json[name] ?? 1);
  const claimed = sizes.reduce<number>((product, size) => product * Number(size), 1);
  if (claimed <= Math.max(1, countNumbers(json))) return;
  throw new CheckpointError(
    'readEmission',
    `the ${json.family} emission has fewer numbers than its sizes ${show(sizes)} say`,
  );
}

function countNumbers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? 1 : 0;
  let sum = 0;
  for (const field of Object.values(value)) sum += countNumbers(field);
  return sum;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
