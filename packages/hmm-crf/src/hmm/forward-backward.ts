/** Forward–backward through one sequence, in two forms that agree: scaled (fast), and in the log domain (never loses anything). */

/** p(first state) [K] and p(next state | state) [K,K], row-major. */
export interface ChainProbabilities {
  readonly startProb: Float64Array;
  readonly transMat: Float64Array;
}

/** Expected numbers of first states [K] and transitions [K,K]. */
export interface ChainCounts {
  readonly start: Float64Array;
  readonly transitions: Float64Array;
}

/**
 * log p of a sequence of log-likelihoods [T,K]; with `posteriors` [T,K] also p(state | sequence) there, and expected counts added to
 * `counts`. −∞, zeros and nothing added, where the sequence is impossible.
 */
export type ForwardBackward = (
  chain: ChainProbabilities,
  logs: Float64Array,
  posteriors?: Float64Array,
  counts?: ChainCounts,
) => number;

/** A sum so small that a likelihood which became 0 beside larger ones might have mattered. */
const faint = 1e-50;
/** A backward message so large that a forward one might have been lost that mattered. */
const far = 1e200;

/** The scaling form (Rabiner 1989); NaN, with nothing added, where underflow may have lost something. */
export const scaledForwardBackward: ForwardBackward = (chain, logs, posteriors, counts) => {
  const K = chain.startProb.length;
  const T = logs.length / K;
  const numbers = new Float64Array(T * K);
  const alphas = new Float64Array(T * K);
  const sums = new Float64Array(T);
  const logLikelihood = scaledForward(chain, logs, numbers, alphas, sums);
  if (!posteriors || T === 0 || Number.isNaN(logLikelihood)) return logLikelihood;
  const pairs = new Float64Array(K * K);
  if (!scaledBackward(chain, numbers, alphas, sums, posteriors, pairs)) return Number.NaN;
  if (counts) {
    for (let i = 0; i < K; i++) counts.start[i]! += posteriors[i]!;
    for (let at = 0; at < K * K; at++) counts.transitions[at]! += pairs[at]! * chain.transMat[at]!;
  }
  return logLikelihood;
};

/** Messages that sum to 1; `numbers` are likelihoods over the largest of their row. */
function scaledForward(
  { startProb, transMat }: ChainProbabilities,
  logs: Float64Array,
  numbers: Float64Array,
  alphas: Float64Array,
  sums: Float64Array,
): number {
  const K = startProb.length;
  let logLikelihood = 0;
  for (let t = 0; t < sums.length; t++) {
    let top = -Infinity;
    for (let k = 0; k < K; k++) top = Math.max(top, logs[t * K + k]!);
    let sum = 0;
    for (let j = 0; j < K; j++) {
      let come = t === 0 ? startProb[j]! : 0;
      for (let i = 0; t > 0 && i < K; i++) come += alphas[(t - 1) * K + i]! * transMat[i * K + j]!;
      numbers[t * K + j] = Math.exp(logs[t * K + j]! - top);
      alphas[t * K + j] = come * numbers[t * K + j]!;
      sum += alphas[t * K + j]!;
    }
    if (!(sum > faint)) return Number.NaN;
    for (let k = 0; k < K; k++) alphas[t * K + k]! /= sum;
    sums[t] = sum;
    logLikelihood += Math.log(sum) + top;
  }
  return logLikelihood;
}

/** Posteriors, and Σ forward × (likelihood × backward) [K,K]; false where they cannot be trusted. */
function scaledBackward(
  { startProb, transMat }: ChainProbabilities,
  numbers: Float64Array,
  alphas: Float64Array,
  sums: Float64Array,
  posteriors: Float64Array,
  pairs: Float64Array,
): boolean {
  const K = startProb.length;
  const right = new Float64Array(K);
  for (let t = sums.length - 1; t >= 0; t--) {
    const here = t * K;
    for (let i = 0; i < K; i++) {
      let beta = t === sums.length - 1 ? 1 : 0;
      for (let j = 0; t < sums.length - 1 && j < K; j++) {
        beta += transMat[i * K + j]! * right[j]!;
        pairs[i * K + j]! += alphas[here + i]! * right[j]!;
      }
      if (!(beta <= far)) return false;
      posteriors[here + i] = beta;
    }
    for (let i = 0; i < K; i++) {
      const beta = posteriors[here + i]!;
      right[i] = (beta * numbers[here + i]!) / sums[t]!;
      posteriors[here + i] = beta * alphas[here + i]!;
    }
  }
  return true;
}

/** The same from logarithms alone. */
export const logForwardBackward: ForwardBackward = (chain, logs, posteriors, counts) => {
  const K = chain.startProb.length;
  const T = logs.length / K;
  if (T === 0) return 0;
  const logTrans = chain.transMat.map(Math.log);
  const alphas = logForward(chain, logTrans, logs);
  const logLikelihood = logSumExp(alphas.subarray((T - 1) * K));
  if (!posteriors) return logLikelihood;
  if (!(logLikelihood > -Infinity)) {
    posteriors.fill(0);
    return logLikelihood;
  }
  let betas = new Float64Array(K);
  for (let t = T - 1; t >= 0; t--) {
    for (let i = 0; i < K; i++) posteriors[t * K + i] = Math.exp(alphas[t * K + i]! + betas[i]! - logLikelihood);
    if (t === 0) break;
    const ends = betas.map((beta, j) => beta + logs[t * K + j]!);
    const terms = new Float64Array(K);
    betas = betas.map((_, i) => {
      for (let j = 0; j < K; j++) terms[j] = logTrans[i * K + j]! + ends[j]!;
      const before = alphas[(t - 1) * K + i]! - logLikelihood;
      for (let j = 0; counts && j < K; j++) counts.transitions[i * K + j]! += Math.exp(before + terms[j]!);
      return logSumExp(terms);
    });
  }
  for (let i = 0; counts && i < K; i++) counts.start[i]! += posteriors[i]!;
  return logLikelihood;
};

/** log p(observations up to t, state at t): [T,K]. */
export function logForward(
  { startProb }: ChainProbabilities,
  logTrans: Float64Array,
  logs: Float64Array,
): Float64Array {
  const K = startProb.length;
  const alphas = new Float64Array(logs.length);
  const terms = new Float64Array(K);
  for (let at = 0; at < logs.length; at++) {
    const j = at % K;
    const before = at - j - K;
    for (let i = 0; i < K && before >= 0; i++) terms[i] = alphas[before + i]! + logTrans[i * K + j]!;
    alphas[at] = (before < 0 ? Math.log(startProb[j]!) : logSumExp(terms)) + logs[at]!;
  }
  return alphas;
}

/** log Σ exp; −∞ where nothing is more. */
export function logSumExp(terms: Float64Array): number {
  let top = -Infinity;
  for (let i = 0; i < terms.length; i++) top = Math.max(top, terms[i]!);
  if (top === -Infinity) return top;
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i]! - top);
  return top + Math.log(sum);
}
