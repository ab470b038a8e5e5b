/** Variational emissions from files. */
import { CheckpointError, show } from '@seqloom/core/errors';
import type { EmissionJSON } from '../emissions/emission.js';
import { VariationalCategorical } from './categorical.js';
import { VariationalGaussian } from './gaussian.js';
import type { VariationalEmission } from './variational-emission.js';

const readers = [VariationalCategorical, VariationalGaussian] as const;
const families = ['variational-categorical', 'variational-gaussian'];

/** The emission that `toJSON` wrote. Throws a CheckpointError or OptionError. */
export function readVariationalEmission(json: EmissionJSON): VariationalEmission {
  const reader = readers[families.indexOf(json?.family)];
  if (reader) return reader.fromJSON(json);
  throw new CheckpointError('readVariationalEmission', `unknown family ${show(json?.family)}`, {
    hint: `known families: ${families.join(', ')}`,
  });
}
