/** Training on all data at once: L-BFGS (Liu & Nocedal 1989), and OWL-QN where c1 > 0, with CRFsuite's options and stopping rules. */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { Algorithm, AlgorithmState, Problem, StopReason } from '../algorithm.js';
import { type Descent, SmoothDescent } from './descent.js';
import { backtracking, type LineSearch, strongBacktracking } from './line-search.js';
import { moreThuente } from './more-thuente.js';
import { OrthantDescent } from './orthant.js';

/** CRFsuite's, one for one. */
export interface LBFGSOptions {
  /** Factor of |w|₁, which makes weights 0; 0 unless told. */
  c1?: number;
  /** Factor of |w|², 1 unless told. */
  c2?: number;
  /** No limit unless told. */
  maxIterations?: number;
  /** How many steps stand for the Hessian, 6 unless told. */
  numMemories?: number;
  /** Stops when |gradient| is at most this times max(1, |w|); 1e-5 unless told. */
  epsilon?: number;
  /** Stops when in so many iterations, 10 unless told, the loss has fallen by less than `delta`, 1e-5, of itself. */
  period?: number;
  delta?: number;
  /** 'MoreThuente' unless told; not used where c1 > 0. */
  lineSearch?: 'MoreThuente' | 'Backtracking' | 'StrongBacktracking';
  /** Evaluations for one step, 20 unless told. */
  maxLineSearch?: number;
}

const lineSearches = {
  MoreThuente: moreThuente,
  Backtracking: backtracking,
  StrongBacktracking: strongBacktracking,
} satisfies Record<string, LineSearch>;

const defaults = {
  ...{ c1: 0, c2: 1, maxIterations: Number.POSITIVE_INFINITY, numMemories: 6, epsilon: 1e-5, period: 10, delta: 1e-5 },
  lineSearch: 'MoreThuente' as const,
  maxLineSearch: 20,
};

/** Minimises Σ −log p(labels | items) + c1·|w|₁ + c2·|w|². Throws an OptionError. */
export function lbfgs(options: LBFGSOptions = {}): Algorithm {
  const checked = check(options);
  return { name: 'lbfgs', train: (problem) => descend(problem, checked) };
}

function check(options: LBFGSOptions): Required<LBFGSOptions> {
  const where = 'lbfgs';
  knownOptions(where, options, Object.keys(defaults));
  const all = { ...defaults, ...options };
  for (const name of ['c1', 'c2', 'epsilon', 'delta'] as const) within(where, name, all[name], 0);
  for (const name of ['numMemories', 'period', 'maxLineSearch'] as const) count(where, name, all[name]);
  if (all.maxIterations !== Number.POSITIVE_INFINITY) count(where, 'maxIterations', all.maxIterations);
  oneOf(where, 'lineSearch', all.lineSearch, Object.keys(lineSearches) as (keyof typeof lineSearches)[]);
  return all;
}

async function* descend(problem: Problem, options: Required<LBFGSOptions>): ReturnType<Algorithm['train']> {
  const { numMemories, maxLineSearch, c1, c2 } = options;
  const common = { c2, numMemories, maxLineSearch };
  const descent =
    c1 > 0
      ? new OrthantDescent(problem, { ...common, c1 })
      : new SmoothDescent(problem, { ...common, lineSearch: lineSearches[options.lineSearch] });
  const { vectors } = descent;
  let [iteration, values] = restore(descent, problem.resume);
  await descent.begin();
  if (values.length === 0) values = [descent.value];
  if (isFlat(descent, options.epsilon)) return 'converged';
  if (iteration >= options.maxIterations) return 'maxIterations';
  for (;;) {
    const length = descent.aim();
    const found = await descent.search(descent.history.isEmpty ? 1 / length : 1);
    if (!found) return 'lineSearchFailed';
    iteration++;
    const stop = reasonToStop(descent, values, iteration, options);
    values = [...values, descent.value].slice(-options.period);
    yield {
      iteration,
      loss: descent.value,
      featureNorm: vectors.norm(descent.x),
      errorNorm: vectors.norm(descent.slope),
      ...found,
      weights: () => vectors.view(descent.x).slice(),
      state: () => save(descent, iteration, values),
    };
    if (stop) return stop;
  }
}

function isFlat({ vectors, x, slope }: Descent, epsilon: number): boolean {
  return vectors.norm(slope) <= epsilon * Math.max(1, vectors.norm(x));
}

/** `values` are those of the last iterations, oldest first. */
function reasonToStop(
  descent: Descent,
  values: readonly number[],
  iteration: number,
  { epsilon, period, delta, maxIterations }: Required<LBFGSOptions>,
): StopReason | undefined {
  if (isFlat(descent, epsilon)) return 'converged';
  if (values.length === period && (values[0]! - descent.value) / descent.value < delta) return 'stalled';
  return iteration >= maxIterations ? 'maxIterations' : undefined;
}

function save({ vectors, history, x }: Descent, iteration: number, values: readonly number[]): AlgorithmState {
  const corrections = history.save().map((vector, i) => [`correction${i}`, vector] as const);
  const weights = vectors.view(x).slice();
  return {
    algorithm: 'lbfgs',
    iteration,
    numbers: { values },
    vectors: { weights, ...Object.fromEntries(corrections) },
  };
}

function restore({ vectors, history, x }: Descent, state: AlgorithmState | undefined): [number, readonly number[]] {
  if (!state) return [0, []];
  const { weights, ...corrections } = state.vectors;
  vectors.view(x).set(weights!);
  const count = Object.keys(corrections).length;
  history.restore(Array.from({ length: count }, (_, i) => corrections[`correction${i}`] as Float64Array));
  return [state.iteration, state.numbers.values!];
}
