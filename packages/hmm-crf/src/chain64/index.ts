/** @seqloom/hmm-crf/chain64: linear chains over float64 arrays, without tfjs. */

export type { BestPaths, StepLoss } from './decode.js';
export { Float64Chain } from './float64-chain.js';
export type { ScoredPath } from './k-best.js';
export type { ExpectedCounts } from './on-kernels.js';
export type { Float64Potentials, Float64Statistic } from './potentials.js';
export type { Float64Restriction } from './restriction.js';
