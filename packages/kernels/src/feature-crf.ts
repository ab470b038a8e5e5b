/** Sparse CRFs in float64: scores, losses and gradients of many sequences at once, and the vectors of weights that optimisers work on. */
import type { Kernels } from './load.js';
import { integers, type KernelMemory } from './memory.js';
import { type Call, type Range, ranges, runAll } from './threads/run-all.js';

export interface FeatureExports {
  featureTransitions(plan: number): void;
  featureScores(plan: number, firstToken: number, endToken: number, scores: number): void;
  featureMarginals(plan: number, first: number, end: number, base: number, scale: number, thread: number): void;
  featureGradient(
    ...parameters: [
      plan: number,
      ...sequences: [first: number, end: number, base: number],
      factor: number,
      ...attributes: [from: number, to: number],
      ...labels: [from: number, to: number],
    ]
  ): void;
  dotChunks64(x: number, y: number, sums: number, n: number, chunk: number): void;
  combine64(a: number, x: number, b: number, y: number, out: number, n: number): void;
}

/**
 * Pointers to S sequences of N tokens with int32 attributes, and to a model of A attributes and L labels. P is L made even; n is how many tokens
 * a batch has.
 */
export interface FeaturePlan {
  L: number;
  /** int32 [S+1]: the first token of every sequence. */
  sequences: number;
  /** int32 [N+1]: the first attribute of every token. */
  tokens: number;
  /** int32, ascending within a token. */
  attributes: number;
  /** float64, one for each attribute of a token; 0 where all are 1. */
  values: number;
  /** int32 [N]. */
  labels: number;
  /** int32 [A,2]: an attribute's first state feature and how many it has, or its row of `denseWeights` and −1. */
  groups: number;
  /** One int32 and one float64 for each state feature; labels ascend within an attribute. */
  stateLabels: number;
  stateWeights: number;
  /** [H,P]: weights of attributes that have features for most labels, 0 for the others and in the padding. */
  denseWeights: number;
  /** [L,L]. */
  transition: number;
  /** [P,P], [P] and [L,P], made of it by `prepareTransitions`. */
  weights: number;
  scale: number;
  transposed: number;
  /** [n,P] each, made by `featureMarginals`: forward messages, factors of the backward ones, and p(label) − 1 at the given label. */
  alphas: number;
  betas: number;
  errors: number;
  /** [threads,2,P]. */
  workspace: number;
  /** float64 [S]: how much every sequence counts; 0 where all count 1. */
  sequenceWeights: number;
  /** [S]: −log p(labels), times that. */
  losses: number;
  /** What `featureGradient` adds to: one number for each state feature, [H,P] and [L,P]. */
  gradient: number;
  denseGradient: number;
  pairs: number;
}

const fields: readonly (keyof FeaturePlan)[] = [
  ...(['L', 'sequences', 'tokens', 'attributes', 'values', 'labels', 'groups', 'stateLabels'] as const),
  ...([
    'stateWeights',
    'denseWeights',
    'transition',
    'weights',
    'scale',
    'transposed',
    'alphas',
    'betas',
    'errors',
  ] as const),
  ...(['workspace', 'sequenceWeights', 'losses', 'gradient', 'denseGradient', 'pairs'] as const),
];

/** Bytes of a plan in memory. */
export const featurePlanBytes: number = 4 * fields.length;

/** Writes the plan to where kernels read it. */
export function writeFeaturePlan(memory: KernelMemory, plan: FeaturePlan, pointer: number): void {
  const words = integers(memory, pointer, fields.length);
  for (const [i, field] of fields.entries()) words[i] = plan[field];
}

/** Part of the sequences, whose first token has row 0 of the batch. */
export interface SequenceRange {
  first: number;
  end: number;
  base: number;
}

/** Makes weights, scale and transposed of the plan's transition. */
export function prepareTransitions({ exports }: Kernels, plan: number): void {
  exports.featureTransitions(plan);
}

/** scores [end − first, L] of tokens. */
export function featureScores({ exports }: Kernels, plan: number, tokens: [number, number], scores: number): void {
  exports.featureScores(plan, ...tokens, scores);
}

/**
 * Losses, alphas, betas and errors of sequences, cut into `parts`, one for each thread; state weights count `scale` times. A loss is NaN
 * where scores lie so far apart that numbers underflow.
 */
export function featureMarginals(kernels: Kernels, plan: number, parts: readonly SequenceRange[], scale: number): void {
  const calls = parts.map(
    ({ first, end, base }, thread): Call => ({
      kernel: 'featureMarginals',
      parameters: [plan, first, end, base, scale, thread],
    }),
  );
  runAll(kernels, calls);
}

/** Attributes and labels, half-open ranges of each: what one thread adds up. */
export interface GradientPart {
  attributes: readonly [from: number, to: number];
  labels: readonly [from: number, to: number];
}

/** Adds factor·value·errors to the gradient of state features, and the pairs; the parts must not overlap. */
export function featureGradient(
  kernels: Kernels,
  plan: number,
  { first, end, base }: SequenceRange,
  factor: number,
  parts: readonly GradientPart[],
): void {
  const calls = parts.map(
    ({ attributes, labels }): Call => ({
      kernel: 'featureGradient',
      parameters: [plan, first, end, base, factor, ...attributes, ...labels],
    }),
  );
  runAll(kernels, calls);
}

const chunk = 16_384; // numbers that are summed on their own

/** How many float64 numbers `dot64` needs as workspace. */
export function dotWorkspace64(n: number): number {
  return Math.ceil(n / chunk);
}

/** Σ x·y, the same bits however many threads there are. */
export function dot64(kernels: Kernels, x: number, y: number, n: number, workspace: number): number {
  const calls = parts(kernels, n).map(({ start, count }): Call => {
    const at = 8 * start;
    return { kernel: 'dotChunks64', parameters: [x + at, y + at, workspace + at / chunk, count, chunk] };
  });
  runAll(kernels, calls);
  const sums = new Float64Array(kernels.memory.memory.buffer as ArrayBuffer, workspace, Math.ceil(n / chunk));
  return sums.reduce((sum, part) => sum + part, 0);
}

/** A vector in memory, and what it is multiplied by. */
export interface Scaled {
  by: number;
  vector: number;
}

/** out [n] = a·x + b·y; out may be x or y. */
export function combine64(kernels: Kernels, a: Scaled, b: Scaled, out: number, n: number): void {
  const calls = parts(kernels, n).map(({ start, count }): Call => {
    const at = 8 * start;
    return { kernel: 'combine64', parameters: [a.by, a.vector + at, b.by, b.vector + at, out + at, count] };
  });
  runAll(kernels, calls);
}

/** What is done with a number of a vector takes no longer than to fetch it, which is as long as so many operations. */
const operationsPerNumber = 32;

function parts(kernels: Kernels, n: number): Range[] {
  return n < 2 * chunk ? [{ start: 0, count: n }] : ranges(kernels, n, chunk, operationsPerNumber * n);
}
