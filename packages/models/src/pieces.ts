/** Long examples in pieces. */
import type { Rng } from '@seqloom/core';

/** Pieces of at most `context` steps that are read, and those `ahead` that are only looked at; the first of a long example has a drawn length, so that no step always begins one. */
export function pieces<T>(
  steps: readonly T[],
  { context, ahead, rng }: { context: number; ahead: number; rng: Rng },
): (readonly T[])[] {
  const read = steps.length - ahead;
  if (read <= context) return [steps];
  const first = 1 + rng.below(context);
  const cuts = Array.from({ length: 1 + Math.ceil((read - first) / context) }, (_, i) => first + (i - 1) * context);
  return cuts.map((at) => steps.slice(Math.max(0, at), at + context + ahead));
}
