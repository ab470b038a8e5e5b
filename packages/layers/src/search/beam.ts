/** One beam: the hypotheses of a row that go on, and those that have ended. */
import type { Hypothesis } from './hypothesis.js';
import type { Penalty } from './penalties.js';

/** A hypothesis at work. */
export interface BeamPrefix {
  readonly ids: readonly number[];
  readonly logProbability: number;
  readonly weights: readonly Float32Array[];
  /** The row of the device's state that it goes on from. */
  slot: number;
}

/** A prefix and what may come next. */
export interface BeamExpansion {
  readonly prefix: BeamPrefix;
  /** [V], after the rules. */
  readonly scores: Float32Array;
  readonly weights?: Float32Array;
}

/** One way to go on. */
export interface BeamCandidate {
  readonly expansion: BeamExpansion;
  readonly symbol: number;
  /** Of the prefix and the symbol together. */
  readonly logProbability: number;
}

interface BeamOptions {
  row: number;
  places: number;
  slot: number;
  penalties: readonly Penalty[];
}

/** Goes on until all places are taken by ended hypotheses that score at least what the best prefix would, ended here. */
export class Beam {
  readonly row: number;
  readonly places: number;
  alive: readonly BeamPrefix[];
  /** As many as there are places, best first. */
  finished: readonly Hypothesis[] = [];
  readonly #penalties: readonly Penalty[];

  constructor({ row, places, slot, penalties }: BeamOptions) {
    this.row = row;
    this.places = places;
    this.alive = [{ ids: [], logProbability: 0, weights: [], slot }];
    this.#penalties = penalties;
  }

  /** Of the candidates, in their order, the first places' worth: what says `end` is finished, and what does not goes on, filled up from the rest. */
  take(candidates: readonly BeamCandidate[], end: number | undefined): void {
    const alive: BeamPrefix[] = [];
    for (const [rank, candidate] of candidates.entries()) {
      if (candidate.symbol !== end && alive.length < this.places) alive.push(extended(candidate));
      if (candidate.symbol === end && rank < this.places) this.#finish(extended(candidate), true);
    }
    const worst = this.finished[this.places - 1]?.score ?? -Infinity;
    this.alive = alive.some((prefix) => this.#score(prefix) > worst) ? alive : [];
  }

  /** At the greatest length: what is alive is finished without `end`. */
  cut(): void {
    for (const prefix of this.alive) this.#finish(prefix, false);
    this.alive = [];
  }

  #finish(prefix: BeamPrefix, ended: boolean): void {
    const { ids, logProbability, weights } = prefix;
    const score = this.#score(prefix);
    const one = { ids: ended ? ids.slice(0, -1) : ids, ended, logProbability, score, weights };
    this.finished = [...this.finished, one].sort((a, b) => b.score - a.score).slice(0, this.places);
  }

  #score({ ids, logProbability, weights }: BeamPrefix): number {
    const about = { row: this.row, length: ids.length, weights };
    return this.#penalties.reduce((value, penalty) => penalty(value, about), logProbability);
  }
}

function extended({ expansion: { prefix, weights }, symbol, logProbability }: BeamCandidate): BeamPrefix {
  return {
    ids: [...prefix.ids, symbol],
    logProbability,
    weights: weights ? [...prefix.weights, weights] : prefix.weights,
    slot: prefix.slot,
  };
}
