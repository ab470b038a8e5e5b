/** Chains whose start and transitions depend on inputs: the potentials of a sequence, and what its expectations teach. */
import type { Rng } from '@seqloom/core/rng';
import { Float64Chain } from '../../../chain64/index.js';
import { drawIndex } from '../../distributions.js';
import type { Emission } from '../../emissions/emission.js';
import { eachSequence, type Observations } from '../../observations.js';
import type { Drawn } from '../../sample.js';
import type { LogChain } from '../log-chain.js';
import { logSoftmaxRows, type WeightedTargets } from './multinomial-logistic.js';

/** Observations and, row by row, the inputs that come with them: those of a step drive the move into it. */
export interface DrivenObservations {
  readonly observations: Observations;
  /** Of the same lengths; no value may be missing. */
  readonly inputs: Observations;
}

/** A model: weights of K states for inputs with a 1 appended, P numbers. */
export interface DrivenModel {
  /** [K,P] */
  readonly startWeights: Float64Array;
  /** [K,K,P], from → to. */
  readonly transWeights: Float64Array;
  readonly stateCount: number;
  /** P */
  readonly width: number;
  readonly emission: Emission;
}

/** One sequence: its potentials, its observations, its inputs with 1 [T,P], and the number of its first row. */
interface DrivenChain {
  readonly start: number;
  readonly rows: Float64Array;
  readonly inputs: Float64Array;
  readonly chain: LogChain;
}

/** The sequences of checked data. */
export function* eachChain(model: DrivenModel, { observations, inputs }: DrivenObservations): Generator<DrivenChain> {
  const [K, P, U] = [model.stateCount, model.width, inputs.width];
  for (const { start, rows } of eachSequence(observations)) {
    const length = rows.length / observations.width;
    const own = withOnes(inputs.values.subarray(start * U, (start + length) * U), U);
    const logEmission = new Float64Array(length * K);
    model.emission.logProbability(rows, logEmission);
    const logTransition = logMovesInto(model, own.subarray(P));
    yield { start, rows, inputs: own, chain: { logStart: logStartOf(model, own), logTransition, logEmission } };
  }
}

/** All sequences of checked data as one batch; what the start says is part of the first emissions, as it differs between sequences. */
export function wholeChain(model: DrivenModel, data: DrivenObservations): Float64Chain {
  const { stateCount: K } = model;
  const { lengths } = data.observations;
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const moves = lengths.reduce((sum, length) => sum + Math.max(0, length - 1), 0);
  const [emission, transition] = [new Float64Array(rows * K), new Float64Array(moves * K * K)];
  let move = 0;
  for (const { start, chain } of eachChain(model, data)) {
    emission.set(chain.logEmission, start * K);
    if (chain.logEmission.length > 0) for (let k = 0; k < K; k++) emission[start * K + k]! += chain.logStart[k]!;
    transition.set(chain.logTransition, move);
    move += chain.logTransition.length;
  }
  return new Float64Chain({ initial: new Float64Array(K), transition, emission, lengths });
}

/** p(state) [H,K] at the steps after p(last state) [K], or from the start where that is empty, for inputs [H,U]. */
export function forecastStates(model: DrivenModel, last: Float64Array, inputs: Float64Array): Float64Array {
  const K = model.stateCount;
  const rows = withOnes(inputs, model.width - 1);
  const moves = logMovesInto(model, rows).map(Math.exp);
  const out = new Float64Array((rows.length / model.width) * K);
  let state = last;
  for (let h = 0; h * K < out.length; h++) {
    const own = out.subarray(h * K, (h + 1) * K);
    if (state.length === 0) own.set(logStartOf(model, rows).map(Math.exp));
    else for (let at = 0; at < K * K; at++) own[at % K]! += state[Math.floor(at / K)]! * moves[h * K * K + at]!;
    state = own;
  }
  return out;
}

/** One sequence for inputs [T,U], with its states. */
export function drawDriven(model: DrivenModel, inputs: Float64Array, rng: Rng): Drawn {
  const { stateCount: K, emission } = model;
  const rows = withOnes(inputs, model.width - 1);
  const moves = logMovesInto(model, rows).map(Math.exp);
  const states = new Int32Array(rows.length / model.width);
  const values = new Float64Array(states.length * emission.width);
  for (let t = 0; t < states.length; t++) {
    const from = (t * K + states[t - 1]!) * K;
    states[t] = drawIndex(t === 0 ? logStartOf(model, rows).map(Math.exp) : moves.subarray(from, from + K), rng);
    emission.sample(states[t]!, rng, values.subarray(t * emission.width, (t + 1) * emission.width));
  }
  return { states, observations: { values, width: emission.width, lengths: [states.length] } };
}

/** Inputs [T,U] with a 1 after each row: [T,U+1]. */
function withOnes(inputs: Float64Array, U: number): Float64Array {
  const T = inputs.length / U;
  const out = new Float64Array(T * (U + 1)).fill(1);
  for (let t = 0; t < T; t++) out.set(inputs.subarray(t * U, (t + 1) * U), t * (U + 1));
  return out;
}

/** log p(first state) [K] from the first of rows [T,P]; nothing to say without rows. */
function logStartOf({ startWeights, stateCount, width }: DrivenModel, rows: Float64Array): Float64Array {
  const out = new Float64Array(stateCount);
  if (rows.length > 0) logSoftmaxRows(rows.subarray(0, width), startWeights, width, out);
  return out;
}

/** log p(next state | state) for every row [T,P] that a move leads into: [T,K,K]. */
function logMovesInto({ transWeights, stateCount: K, width }: DrivenModel, rows: Float64Array): Float64Array {
  const T = rows.length / width;
  const out = new Float64Array(T * K * K);
  const logP = new Float64Array(T * K);
  for (let i = 0; i < K; i++) {
    logSoftmaxRows(rows, transWeights.subarray(i * K * width, (i + 1) * K * width), width, logP);
    for (let t = 0; t < T; t++) out.set(logP.subarray(t * K, (t + 1) * K), (t * K + i) * K);
  }
  return out;
}

/** Inputs with expected states, for the regressions of the start and of the moves from each state. */
export class DrivenTargets {
  readonly start: WeightedTargets;
  /** [K] */
  readonly moves: readonly WeightedTargets[];
  readonly #sizes: { K: number; P: number };
  #starts = 0;
  #steps = 0;

  /** Room for sequences of these lengths. */
  constructor({ stateCount: K, width: P }: DrivenModel, lengths: readonly number[]) {
    const starts = lengths.filter((length) => length > 0).length;
    const steps = lengths.reduce((sum, length) => sum + Math.max(0, length - 1), 0);
    const rows = new Float64Array(steps * P);
    this.#sizes = { K, P };
    this.start = { rows: new Float64Array(starts * P), targets: new Float64Array(starts * K) };
    this.moves = Array.from({ length: K }, () => ({ rows, targets: new Float64Array(steps * K) }));
  }

  /** One sequence: rows [T,P], states [T,K] and pairs [T−1,K,K]. */
  add(rows: Float64Array, states: Float64Array, pairs: Float64Array): void {
    if (rows.length === 0) return;
    const { K, P } = this.#sizes;
    this.start.rows.set(rows.subarray(0, P), this.#starts * P);
    this.start.targets.set(states.subarray(0, K), this.#starts * K);
    this.#starts++;
    for (let at = 0; at < pairs.length; at += K * K) {
      const next = at / (K * K) + 1;
      this.moves[0]!.rows.set(rows.subarray(next * P, (next + 1) * P), this.#steps * P);
      for (let i = 0; i < K; i++) {
        this.moves[i]!.targets.set(pairs.subarray(at + i * K, at + (i + 1) * K), this.#steps * K);
      }
      this.#steps++;
    }
  }
}
