/** Many coin flips at once. */
import type { Rng } from '@seqloom/core';

/**
 * `size` values that are `value` with the given probability and else 0. One draw from `rng` seeds a small generator (mulberry32)
 * that runs inline: a mask the size of a batch costs a few nanoseconds per value.
 */
export function bernoulli(size: number, probability: number, value: number, rng: Rng): Float32Array {
  const out = new Float32Array(size);
  const threshold = probability * 0x100000000;
  let state = rng.int32();
  for (let i = 0; i < size; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    if ((mixed ^ (mixed >>> 14)) >>> 0 < threshold) out[i] = value;
  }
  return out;
}
