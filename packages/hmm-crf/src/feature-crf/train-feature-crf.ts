/** Training as a stream of events: whoever pulls them sets the pace, and may stop and go on another day. */
import { OptionError, UsageError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import { Pause } from '@seqloom/core/pause';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import type { Algorithm, AlgorithmState, Iteration, Problem, Progress, StopReason } from './algorithm.js';
import { FeatureCRF } from './feature-crf.js';
import { type FeatureOptions, generateFeatures } from './features.js';
import type { LabelledItems } from './item.js';
import { lbfgs } from './lbfgs/lbfgs.js';
import { activeFeatures, areFinite, trainedModel } from './trained-model.js';
import { encode } from './training-data.js';
import { TrainingMemory } from './training-memory.js';

export interface FeatureTrainingOptions {
  /** `lbfgs()` unless told. */
  algorithm?: Algorithm;
  /** Which features there are; those seen in the data unless told. */
  features?: FeatureOptions;
  /** 1 unless told. The result is the same, to the last bit, whatever their number. */
  threads?: number;
  /** Called when threads cannot be had, or are lost; the work goes on without them. */
  onThreadLoss?: (problem: string) => void;
  /** Ends the training after the iteration under way. */
  signal?: AbortSignal;
  /** What the order of sequences is drawn from. */
  rng?: Rng;
  /** A state that an event gave: the training goes on as if it had never stopped. Data and other options must be the same. */
  resume?: AlgorithmState;
}

export interface FeatureIterationEvent extends Progress {
  readonly type: 'iteration';
  /** Weights that are not 0. */
  readonly activeFeatures: number;
  readonly seconds: number;
  /** The model as it is now; to be asked for before the next event, as is `state`. */
  crf(): FeatureCRF;
  /** All that `resume` needs: plain data, which structured clone and IndexedDB take. */
  state(): AlgorithmState;
}

export interface FeatureStoppedEvent {
  readonly type: 'stopped';
  readonly reason: StopReason | 'aborted';
  /** The model of the last iteration; with no weights when there was none. */
  readonly crf: FeatureCRF;
}

export type FeatureTrainingEvent = FeatureIterationEvent | FeatureStoppedEvent;

type Sequences = Iterable<LabelledItems> | AsyncIterable<LabelledItems>;

/**
 * Learns a CRF from labelled sequences, one event an iteration, the last one 'stopped'. Throws a DataError that says where, for data that
 * cannot be learned from, an OptionError, and a UsageError for a state that does not fit the data.
 */
export async function* trainFeatureCRF(
  data: Sequences,
  options: FeatureTrainingOptions = {},
): AsyncGenerator<FeatureTrainingEvent, void, void> {
  const { algorithm = lbfgs(), threads = 1, signal, resume } = check(options);
  const { memory, model } = await prepare(data, threads, options);
  try {
    if (resume) checkState(resume, algorithm, memory);
    const start = resume ? weightsOf(algorithm, resume) : new Float64Array(memory.size);
    yield* run(algorithm.train(problemOf(memory, options)), model, start, signal);
  } finally {
    memory.stopThreads();
  }
}

function weightsOf(algorithm: Algorithm, state: AlgorithmState): Float64Array {
  return algorithm.weightsOf?.(state) ?? Float64Array.from(state.vectors.weights ?? []);
}

/** The trained model, events going to `onEvent`. */
export async function fitFeatureCRF(
  data: Sequences,
  { onEvent, ...options }: FeatureTrainingOptions & { onEvent?: (event: FeatureTrainingEvent) => void } = {},
): Promise<FeatureCRF> {
  for await (const event of trainFeatureCRF(data, options)) {
    onEvent?.(event);
    if (event.type === 'stopped') return event.crf;
  }
  throw new UsageError('fitFeatureCRF', 'the training has ended without a model');
}

/** Puts data and features where they are worked on; of the data themselves nothing else is kept. */
async function prepare(data: Sequences, threads: number, options: FeatureTrainingOptions) {
  const encoded = await encode(data);
  const features = generateFeatures(encoded, options.features);
  const memory = await TrainingMemory.place(encoded, features, threads, options.onThreadLoss);
  const names = { labels: encoded.labels, attributes: encoded.attributes };
  return { memory, model: (weights: Float64Array) => new FeatureCRF(trainedModel(names, features, weights)) };
}

async function* run(
  iterations: ReturnType<Algorithm['train']>,
  model: (weights: Float64Array) => FeatureCRF,
  start: Float64Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<FeatureTrainingEvent, void, void> {
  let weights = start;
  let reason: StopReason | 'aborted' = 'aborted';
  while (!signal?.aborted) {
    const begin = performance.now();
    const next = await iterations.next();
    if (next.done) {
      reason = next.value;
      break;
    }
    const made = next.value.weights();
    if (!areFinite(made)) {
      reason = 'diverged';
      break;
    }
    weights = made;
    yield event(next.value, weights, (performance.now() - begin) / 1000, model);
  }
  yield { type: 'stopped', reason, crf: model(weights) };
}

function event(
  { weights: _, ...iteration }: Iteration,
  weights: Float64Array,
  seconds: number,
  model: (weights: Float64Array) => FeatureCRF,
): FeatureIterationEvent {
  return {
    type: 'iteration',
    ...iteration,
    activeFeatures: activeFeatures(weights),
    seconds,
    crf: () => model(weights),
  };
}

function check(options: FeatureTrainingOptions): FeatureTrainingOptions {
  const where = 'trainFeatureCRF';
  knownOptions(where, options, ['algorithm', 'features', 'threads', 'onThreadLoss', 'signal', 'rng', 'resume']);
  count(where, 'threads', options.threads ?? 1);
  if (options.algorithm && typeof options.algorithm.train !== 'function') {
    throw new OptionError(where, '`algorithm` is no algorithm', { hint: 'write lbfgs({ c2: 0.1 })' });
  }
  return options;
}

function checkState(state: AlgorithmState, algorithm: Algorithm, { size, sequenceCount }: TrainingMemory): void {
  const fail = (problem: string) =>
    new UsageError('trainFeatureCRF', `\`resume\` does not fit: ${problem}`, {
      hint: 'resume with the same data and options',
    });
  if (state.algorithm !== algorithm.name) throw fail(`it is a state of ${state.algorithm}, not of ${algorithm.name}`);
  for (const [name, vector] of Object.entries(state.vectors)) {
    const length = name === 'order' ? sequenceCount : size;
    if (vector.length !== length) throw fail(`\`${name}\` has ${vector.length} numbers, the data make it ${length}`);
    if (!areFinite(vector)) throw fail(`\`${name}\` has numbers that are not finite`);
  }
}

function problemOf(memory: TrainingMemory, { rng = defaultRng, resume }: FeatureTrainingOptions): Problem {
  const stream = rng.split();
  return {
    memory,
    pause: new Pause(),
    resume,
    shuffle(order) {
      for (let i = order.length - 1; i > 0; i--) {
        const j = stream.below(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
    },
    get shuffleState() {
      return stream.state;
    },
    set shuffleState(state) {
      stream.state = state;
    },
  };
}
