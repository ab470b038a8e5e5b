/** Biases that decide how long fresh memories last. */
import type { Initializer } from '@seqloom/core';
import { within, zeros } from '@seqloom/core';
import type { GateRule } from '@seqloom/kernels';

/**
 * Chrono initialisation (Tallec and Ollivier, arXiv:1804.11188): a unit that forgets with σ(−log u), u drawn from [1, timescale − 1], remembers for
 * about u steps. Gates come first in the bias; all else is 0, as is everything without a timescale. Throws OptionError below 2.
 */
export function gateBias(where: string, rule: GateRule, units: number, timescale: number | undefined): Initializer {
  if (timescale === undefined) return zeros;
  within(where, 'timescale', timescale, 2);
  const signs = { update: [-1], forget: [1], independent: [1, -1], normalized: [1, -1] }[rule];
  return ([size], rng) => {
    const bias = new Float32Array(size!);
    for (let unit = 0; unit < units; unit++) {
      const logSpan = Math.log(1 + rng.uniform() * (timescale - 2));
      for (const [gate, sign] of signs.entries()) bias[gate * units + unit] = sign * logSpan;
    }
    return bias;
  };
}
