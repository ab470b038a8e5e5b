/** Variational emissions from files. */
import { CheckpointError, show } from '@seqloom/core/errors';
import type { EmissionJSON } from '../emissions/emission.js';
import { VariationalCategorical } from './categorical.js';
import { VariationalDiagonalGaussian } from './diagonal-gaussian.js';
import { VariationalFullGaussian } from './full-gaussian.js';
import type { VariationalEmission } from './variational-emission.js';

const readers = [VariationalCategorical, VariationalDiagonalGaussian, VariationalFullGaussian] as const;
const families = ['variational-categorical', 'variational-diagonal-gaussian', 'variational-full-gaussian'];

/** The emission that `toJSON` wrote. Throws a CheckpointError or OptionError. */
export function readVariationalEmission(json: EmissionJSON): VariationalEmission {
  const reader = readers[families.indexOf(json?.family)];
  if (reader) return reader.fromJSON(json);
  throw new CheckpointError('readVariationalEmission', `unknown family ${show(json?.family)}`, {
    hint: `known families: ${families.join(', ')}`,
  });
}
