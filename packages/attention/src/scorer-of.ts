/** Scorers inside of others. */
import type { Scorer } from '@seqloom/core';
import { OptionError, show } from '@seqloom/core';

/** `inner`; throws an OptionError unless it is a scorer. */
export function scorerOf<Keys>(where: string, inner: Scorer<Keys>): Scorer<Keys> {
  if (typeof inner?.score === 'function') return inner;
  throw new OptionError(where, `\`inner\` must be a scorer, got ${show(inner)}`);
}
