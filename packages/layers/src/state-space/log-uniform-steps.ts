/** The first steps of state spaces in continuous time. */
import type { Initializer } from '@seqloom/core';

const [least, most] = [0.001, 0.1];

/** f(Δ), log Δ uniform between those of 0.001 and 0.1: memories of ten to a thousand steps. */
export const logUniformSteps =
  (f: (step: number) => number): Initializer =>
  ([size], rng) =>
    Float32Array.from({ length: size! }, () => f(least * (most / least) ** rng.uniform()));
