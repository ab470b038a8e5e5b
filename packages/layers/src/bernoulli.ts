/** Many coin flips at once. */
import type { Rng } from '@seqloom/core';

/** `size` values that are `value` with the given probability and else 0, from one draw of `rng`. */
export function bernoulli(size: number, probability: number, value: number, rng: Rng): Float32Array {
  return flips(size, probability, value, rng.int32());
}

/** The same from a seed. A small generator (mulberry32) runs inline: a mask the size of a batch costs a few nanoseconds per value. */
export function flips(size: number, probability: number, value: number, seed: number): Float32Array {
  const out = new Float32Array(size);
  const threshold = probability * 0x100000000;
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    if ((mixed ^ (mixed >>> 14)) >>> 0 < threshold) out[i] = value;
  }
  return out;
}
