/** For how many states, and for which durations, a family speaks. */
import { OptionError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';

/** K·D beyond which a file lies rather than describes a model. */
const largest = 1e7;

/** K and D as given, or an OptionError. */
export function support(
  where: string,
  { stateCount, maximum }: { stateCount: number; maximum: number },
): { stateCount: number; maximum: number } {
  count(where, 'stateCount', stateCount);
  count(where, 'maximum', maximum);
  if (stateCount * maximum <= largest) return { stateCount, maximum };
  throw new OptionError(where, `a table of ${show(stateCount)} × ${show(maximum)} durations is too large`);
}
