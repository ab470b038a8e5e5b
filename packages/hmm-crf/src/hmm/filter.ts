/** Inference while observations arrive: filtering, fixed-lag smoothing and forecasts, one observation at a time. */
import { DataError, ShapeError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import type { HMM } from './hmm.js';
import { logSumExp } from './log-domain.js';

/** What one observation has told. */
export interface FilterStep {
  /** p(state now | observations so far): [K]. */
  readonly states: Float64Array;
  /** log p(this observation | those before). */
  readonly logDensity: number;
  /** p(state `lag` steps ago | observations so far): [K]; undefined in the first `lag` steps. */
  readonly smoothed: Float64Array | undefined;
}

/** Follows one sequence through a model, in the log domain, so that nothing underflows however long it gets. */
export class Filter {
  readonly lag: number;
  readonly #hmm: HMM;
  /** log p(state | so far), and log-likelihoods, of the last lag + 1 steps. */
  readonly #past: { filtered: Float64Array; logs: Float64Array }[] = [];
  #steps = 0;
  #logLikelihood = 0;

  constructor(hmm: HMM, lag = 0) {
    this.#hmm = hmm;
    this.lag = count('Filter', 'lag', lag, 0);
  }

  /** How many observations there have been. */
  get steps(): number {
    return this.#steps;
  }

  /** log p(observations so far) */
  get logLikelihood(): number {
    return this.#logLikelihood;
  }

  /** Takes the next observation: D numbers, or one. Throws a ShapeError or DataError, and stays as it was, where it is impossible. */
  step(row: ArrayLike<number> | number): FilterStep {
    const logs = this.#logsOf(row);
    const filtered = this.#predicted(1).map((log, k) => log + logs[k]!);
    const logDensity = logSumExp(filtered);
    if (!Number.isFinite(logDensity))
      throw new DataError('Filter', `observation ${this.#steps} (${show(row)}) has log density ${logDensity} here`);
    for (let k = 0; k < filtered.length; k++) filtered[k]! -= logDensity;
    this.#past.push({ filtered, logs });
    if (this.#past.length > this.lag + 1) this.#past.shift();
    this.#steps++;
    this.#logLikelihood += logDensity;
    const smoothed = this.#past.length > this.lag ? this.#smoothed(0) : undefined;
    return { states: filtered.map(Math.exp), logDensity, smoothed };
  }

  /** p(state | all observations) of the steps that no `smoothed` has told of yet, oldest first: the last `lag` ones, at the end of a sequence. */
  rest(): Float64Array[] {
    const told = this.#past.length > this.lag ? 1 : 0;
    return Array.from({ length: this.#past.length - told }, (_, i) => this.#smoothed(told + i));
  }

  /** p(state `steps` steps from now | observations so far): [K]. */
  forecast(steps = 1): Float64Array {
    return this.#predicted(count('Filter', 'steps', steps, 1)).map(Math.exp);
  }

  /** log p(row, `steps` steps from now | observations so far). */
  forecastLogDensity(row: ArrayLike<number> | number, steps = 1): number {
    const logs = this.#logsOf(row);
    return logSumExp(this.#predicted(count('Filter', 'steps', steps, 1)).map((log, k) => log + logs[k]!));
  }

  #logsOf(row: ArrayLike<number> | number): Float64Array {
    const { emission, stateCount } = this.#hmm;
    const values = Float64Array.from(typeof row === 'number' ? [row] : row);
    if (values.length !== emission.width)
      throw new ShapeError('Filter', `an observation has ${emission.width} numbers, got ${show(row)}`);
    emission.check({ values, width: emission.width, lengths: [1] });
    const logs = new Float64Array(stateCount);
    emission.logProbability(values, logs);
    return logs;
  }

  /** log p(state) so many steps from now. */
  #predicted(steps: number): Float64Array {
    const { startProb, transMat } = this.#hmm;
    const last = this.#past.at(-1)?.filtered;
    let logs = last ?? startProb.map(Math.log);
    for (let step = last ? 0 : 1; step < steps; step++) logs = forward(logs, transMat.map(Math.log));
    return logs;
  }

  /** Of one of the last steps, in the light of those after it. */
  #smoothed(step: number): Float64Array {
    const joint = this.#past[step]!.filtered.slice();
    const last = this.#past.length - 1;
    if (step < last) {
      const logTrans = this.#hmm.transMat.map(Math.log);
      let betas = new Float64Array(joint.length);
      for (let at = last; at > step; at--) betas = backward(betas, this.#past[at]!.logs, logTrans);
      for (let k = 0; k < joint.length; k++) joint[k]! += betas[k]!;
    }
    const total = logSumExp(joint);
    return joint.map((log) => Math.exp(log - total));
  }
}

/** log Σ_i exp(logs_i) · A_ij, from the logarithms of A. */
function forward(logs: Float64Array, logTrans: Float64Array): Float64Array {
  const K = logs.length;
  const terms = new Float64Array(K);
  const out = new Float64Array(K);
  for (let j = 0; j < K; j++) {
    for (let i = 0; i < K; i++) terms[i] = logs[i]! + logTrans[i * K + j]!;
    out[j] = logSumExp(terms);
  }
  return out;
}

/** log Σ_j A_ij · exp(logs_j + betas_j). */
function backward(betas: Float64Array, logs: Float64Array, logTrans: Float64Array): Float64Array<ArrayBuffer> {
  const K = logs.length;
  const terms = new Float64Array(K);
  const out = new Float64Array(K);
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < K; j++) terms[j] = logTrans[i * K + j]! + logs[j]! + betas[j]!;
    out[i] = logSumExp(terms);
  }
  return out;
}
