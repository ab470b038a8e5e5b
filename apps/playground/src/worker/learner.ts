/** A task at work, whatever way it learns: step by step, kept, taken back. */
import {
  CheckpointError,
  dataset,
  type JsonValue,
  loadCheckpoint,
  loadWeights,
  type Rng,
  saveCheckpoint,
  saveWeights,
  type TrainEvent,
  train,
} from '@seqloom/core';
import {
  type Input,
  type Iteration,
  type IterativeTask,
  type Prediction,
  type Task,
  type Touch,
  weightsFile,
} from '../experiment.js';

export interface Learner {
  readonly parameters: number;
  /** One step of training. Throws when it diverged. */
  step(): Promise<Iteration>;
  /** Ends a run of steps; the next step begins another. */
  rest(): Promise<void>;
  /** All that is needed to go on, but for the random stream. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
  restore(bytes: Uint8Array): Promise<void>;
  /** The name of what `export` writes. */
  readonly file: string;
  /** The model for keeps; `made` tells what it was made with. */
  export(made: JsonValue): Promise<Uint8Array<ArrayBuffer>>;
  import(bytes: Uint8Array): Promise<void>;
  evaluate(limit: number): Promise<readonly number[]>;
  predict(input: Input, touches: readonly Touch[]): Promise<Prediction>;
  dispose(): void;
}

export type AnyTask = Task<unknown, Input> | IterativeTask<Input>;

/** Learns with batches (or iterations) drawn from `rng`. */
export function learnerOf(task: AnyTask, rng: Rng): Learner {
  return {
    ...('iterate' in task ? iterating(task, rng) : descending(task, rng)),
    evaluate: async (limit) => [await task.evaluate(limit)].flat(),
    predict: (input, touches) => task.predict(input, touches),
  };
}

/** What a model does with other weights than its own, if any are given; afterwards it is as it was. */
export async function withWeights<T>(
  learner: Learner,
  weights: Uint8Array | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!weights) return work();
  const own = await learner.export(null);
  try {
    await learner.import(weights);
    return await work();
  } finally {
    await learner.import(own);
  }
}

type Learning = Omit<Learner, 'evaluate' | 'predict'>;

function iterating(task: IterativeTask<Input>, rng: Rng): Learning {
  return {
    parameters: task.parameters,
    step: async () => task.iterate(rng),
    rest: async () => {},
    save: async () => task.save(),
    restore: async (bytes) => task.load(bytes),
    file: task.file,
    export: async (made) => task.save(made),
    import: async (bytes) => task.load(bytes),
    dispose: () => task.dispose(),
  };
}

function descending(task: Task<unknown, Input>, rng: Rng): Learning {
  const { model, optimizer } = task;
  let events: AsyncGenerator<TrainEvent> | undefined;
  return {
    parameters: [...model.namedVariables()].reduce((sum, [, variable]) => sum + variable.size, 0),
    step: async () => {
      events ??= stepsOf(task, rng);
      const { value: event } = await events.next();
      if (event?.type === 'step') return { loss: event.loss };
      await events.next(); // 'diverged' is followed by an error that says so
      throw new Error('training ended by itself');
    },
    rest: async () => {
      const ending = events;
      events = undefined;
      await ending?.return(undefined);
    },
    save: () => saveCheckpoint(task),
    restore: (bytes) => restore(task, bytes),
    file: weightsFile,
    export: (made) => saveWeights(model, made),
    import: (bytes) => loadWeights(model, bytes),
    dispose: () => {
      model.dispose();
      optimizer.dispose();
    },
  };
}

/** Training without end: one epoch of batches drawn one after another. */
function stepsOf(task: Task<unknown, Input>, rng: Rng): AsyncGenerator<TrainEvent> {
  const data = dataset(function* () {
    for (;;) yield task.draw(rng);
  });
  return train({ model: task.model, optimizer: task.optimizer, loss: (batch) => task.loss(batch), data, epochs: 1 });
}

/** From the weights alone where the optimiser is another one now. */
async function restore(task: Task<unknown, Input>, bytes: Uint8Array): Promise<void> {
  try {
    await loadCheckpoint(task, bytes);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    await loadWeights(task.model, bytes);
  }
}
