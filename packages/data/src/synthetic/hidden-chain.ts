/** What a hidden Markov chain shows: states one after another, and a symbol of each. */
import type { Rng } from '@seqloom/core/rng';

/** Probabilities of the first state [K], from state to state [K][K], and of the symbols of each [K][M]. */
export interface HiddenChain {
  readonly start: readonly number[];
  readonly transition: readonly (readonly number[])[];
  readonly emission: readonly (readonly number[])[];
}

/** States and symbols of as many steps. */
export function drawChain(rng: Rng, chain: HiddenChain, length: number): { states: number[]; symbols: number[] } {
  const [states, symbols]: [number[], number[]] = [[], []];
  for (let t = 0; t < length; t++) {
    const state = draw(rng, t === 0 ? chain.start : chain.transition[states[t - 1]!]!);
    states.push(state);
    symbols.push(draw(rng, chain.emission[state]!));
  }
  return { states, symbols };
}

function draw(rng: Rng, probabilities: readonly number[]): number {
  let rest = rng.uniform();
  const found = probabilities.findIndex((probability) => {
    rest -= probability;
    return rest < 0;
  });
  return found < 0 ? probabilities.length - 1 : found; // what rounding has left over
}
