/** Durations from files. */
import { CheckpointError, show } from '@seqloom/core/errors';
import { CategoricalDuration } from './categorical.js';
import type { Duration, DurationJSON } from './duration.js';
import { NegativeBinomialDuration } from './negative-binomial.js';
import { PoissonDuration } from './poisson.js';

const families: Record<string, (json: DurationJSON) => Duration> = {
  categorical: CategoricalDuration.fromJSON,
  'negative-binomial': NegativeBinomialDuration.fromJSON,
  poisson: PoissonDuration.fromJSON,
};

/** The durations that `toJSON` wrote; `more` reads families of your own. Throws a CheckpointError or OptionError. */
export function readDuration(json: DurationJSON, more: typeof families = {}): Duration {
  const read = Object.hasOwn(more, json?.family)
    ? more[json.family]
    : Object.hasOwn(families, json?.family) && families[json.family];
  if (read) return read(json);
  throw new CheckpointError('readDuration', `unknown family ${show(json?.family)}`, {
    hint: `known families: ${[...Object.keys(families), ...Object.keys(more)].join(', ')}`,
  });
}
