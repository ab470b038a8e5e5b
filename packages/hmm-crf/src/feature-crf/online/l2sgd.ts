/** Stochastic gradient descent with L2, the learning rate found by trying (Bottou's sgd; Pegasos, Shalev-Shwartz et al., ICML 2007). */
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Algorithm, AlgorithmState, Problem } from '../algorithm.js';
import { norm } from './epochs.js';
import { GradientStep } from './gradient-step.js';

/** CRFsuite's, with its defaults. */
export interface L2SGDOptions {
  /** Factor of |w|², 1 unless told. */
  c2?: number;
  /** Epochs, 1000 unless told. */
  maxIterations?: number;
  /** Stops when in so many epochs, 10 unless told, the loss has fallen by less than `delta`, 1e-6, of itself. */
  period?: number;
  delta?: number;
  calibration?: Partial<Calibration>;
}

/** How the learning rate is looked for. */
export interface Calibration {
  /** The first that is tried, 0.1. */
  eta: number;
  /** By what it is multiplied and divided, 2. */
  rate: number;
  /** How many sequences it is tried on, 1000. */
  samples: number;
  /** How many rates shall be good in either direction, 10. */
  candidates: number;
  /** The most that are tried, 20. */
  maxTrials: number;
}

type Checked = Required<Omit<L2SGDOptions, 'calibration'>> & { calibration: Calibration };

/** Minimises Σ −log p(labels | items) + c2·|w|²; the best epoch is the result. Throws an OptionError. */
export function l2sgd(options: L2SGDOptions = {}): Algorithm {
  const checked = check(options);
  return {
    name: 'l2sgd',
    train: (problem) => descend(problem, checked),
    weightsOf: ({ vectors }) => Float64Array.from(vectors.best!),
  };
}

function check(options: L2SGDOptions): Checked {
  const where = 'l2sgd';
  const defaults = { c2: 1, maxIterations: 1000, period: 10, delta: 1e-6 };
  const trials = { eta: 0.1, rate: 2, samples: 1000, candidates: 10, maxTrials: 20 };
  knownOptions(where, options, [...Object.keys(defaults), 'calibration']);
  knownOptions(where, options.calibration ?? {}, Object.keys(trials));
  const all = { ...defaults, ...options, calibration: { ...trials, ...options.calibration } };
  within(where, 'c2', all.c2, Number.MIN_VALUE); // the learning rate is made of it
  within(where, 'delta', all.delta, 0);
  within(where, 'calibration.eta', all.calibration.eta, Number.MIN_VALUE);
  within(where, 'calibration.rate', all.calibration.rate, 1 + Number.EPSILON);
  for (const name of ['maxIterations', 'period'] as const) count(where, name, all[name]);
  for (const name of ['samples', 'candidates', 'maxTrials'] as const) {
    count(where, `calibration.${name}`, all.calibration[name]);
  }
  return all;
}

/** What lasts from epoch to epoch. */
interface Run {
  problem: Problem;
  step: GradientStep;
  order: Int32Array;
  lambda: number;
  /** The step number at which the learning rate is what calibration has found, and how many were made since. */
  t0: number;
  t: number;
  best: { loss: number; weights: Float64Array };
  /** Of the last epochs, oldest first. */
  losses: number[];
}

async function* descend(problem: Problem, options: Checked): ReturnType<Algorithm['train']> {
  const { period, delta, maxIterations } = options;
  const run = begin(problem, options.c2);
  let iteration = problem.resume ? restore(run, problem.resume) : 0;
  if (!problem.resume) run.t0 = 1 / (run.lambda * (await calibrate(run, options.calibration)));
  while (iteration < maxIterations) {
    problem.shuffle(run.order);
    const loss = await epoch(run, run.order.length);
    if (!Number.isFinite(loss)) return 'diverged';
    iteration++;
    if (loss < run.best.loss) run.best = { loss, weights: run.step.weights.slice() };
    const fall = run.losses.length === period ? (run.losses[0]! - loss) / loss : Number.POSITIVE_INFINITY;
    run.losses = [...run.losses, loss].slice(-period);
    yield {
      ...{
        iteration,
        loss,
        featureNorm: norm(run.step.weights),
        learningRate: 1 / (run.lambda * (run.t0 + run.t - 1)),
      },
      weights: () => run.best.weights.slice(),
      state: () => save(run, iteration),
    };
    if (fall < delta) return 'stalled';
  }
  return 'maxIterations';
}

function begin(problem: Problem, c2: number): Run {
  const { memory } = problem;
  const N = memory.sequenceCount;
  return {
    problem,
    step: new GradientStep(memory),
    order: Int32Array.from({ length: N }, (_, sequence) => sequence),
    ...{ lambda: (2 * c2) / N, t0: 0, t: 0, losses: [] },
    best: { loss: Number.POSITIVE_INFINITY, weights: new Float64Array(0) },
  };
}

/** Learns from the first `samples` sequences of the order; returns what the objective has become. */
async function epoch(run: Run, samples: number): Promise<number> {
  const { step, order, lambda } = run;
  let loss = 0;
  for (const sequence of order.subarray(0, samples)) {
    const eta = 1 / (lambda * (run.t0 + run.t++));
    step.factor *= 1 - eta * lambda;
    loss += step.evaluate(sequence);
    step.follow(sequence, eta / step.factor);
    if (run.problem.pause.isDue()) await run.problem.pause.take();
  }
  step.normalize();
  return loss + 0.5 * lambda * norm(step.weights) ** 2 * samples;
}

/** The learning rate with which the loss of a sample falls most in one epoch. */
async function calibrate(run: Run, { eta: first, rate, samples, candidates, maxTrials }: Calibration): Promise<number> {
  const { step, order, problem } = run;
  problem.shuffle(order);
  const count = Math.min(order.length, samples);
  const start = order.subarray(0, count).reduce((sum, sequence) => sum + step.evaluate(sequence), 0);
  let best = { loss: Number.POSITIVE_INFINITY, eta: first };
  let [eta, left, growing] = [first, candidates, true];
  for (let trial = 1; (left > 0 || growing) && trial < maxTrials; trial++) {
    const loss = await attempt(run, eta, count);
    const good = loss < start;
    if (good) left--;
    if (loss < best.loss) best = { loss, eta };
    if (growing && good && left > 0) eta *= rate;
    else if (growing) [growing, left, eta] = [false, candidates, first / rate];
    else eta /= rate;
  }
  await attempt(run, best.eta, 0);
  return best.eta;
}

/** Epoch from weights 0. */
async function attempt(run: Run, eta: number, samples: number): Promise<number> {
  run.step.weights.fill(0);
  [run.step.factor, run.t0, run.t] = [1, 1 / (run.lambda * eta), 0];
  return await epoch(run, samples);
}

function save({ problem, step, order, t0, t, best, losses }: Run, iteration: number): AlgorithmState {
  const numbers = { t: [t0, t], best: [best.loss], losses: [...losses], shuffle: problem.shuffleState };
  const vectors = { weights: step.weights.slice(), best: best.weights.slice(), order: order.slice() };
  return { algorithm: 'l2sgd', iteration, numbers, vectors };
}

function restore(run: Run, { iteration, numbers, vectors }: AlgorithmState): number {
  run.step.weights.set(vectors.weights!);
  run.order.set(vectors.order!);
  run.best = { loss: numbers.best![0]!, weights: vectors.best as Float64Array };
  [run.t0, run.t] = numbers.t as [number, number];
  run.losses = [...numbers.losses!];
  run.problem.shuffleState = numbers.shuffle!;
  return iteration;
}
