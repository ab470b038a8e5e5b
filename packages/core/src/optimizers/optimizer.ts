/** An optimiser: a gradient transformation and the tensors that it remembers, by parameter path. */
import * as tf from '@tensorflow/tfjs-core';
import { CheckpointError, UsageError } from '../errors.js';
import type { GradientsByPath } from '../rows/row-gradient.js';
import { RowsOfParameters, wholeGradients } from '../rows/rows-of-parameters.js';
import type { GradientTransformation, Slots, TensorsByPath } from './transformation.js';

/** What an optimiser remembers; the tensors belong to it. */
export interface OptimizerState {
  readonly count: number;
  readonly slots: Slots;
}

/** Variables by their path, as `Object.fromEntries(model.trainableVariables())` gives them. */
export type VariablesByPath = Readonly<Record<string, tf.Variable>>;

/** Applies a transformation to parameters and owns its slots: they live from the first update to `dispose()`. */
export class Optimizer {
  readonly transformation: GradientTransformation;
  #slots: Record<string, Record<string, tf.Tensor>> = {};
  #count = 0;
  #disposed = false;

  constructor(transformation: GradientTransformation) {
    if (typeof transformation?.update !== 'function') {
      throw new UsageError('Optimizer', 'needs a gradient transformation', {
        hint: 'new Optimizer(adam({ learningRate: 1e-3 }))',
      });
    }
    this.transformation = transformation;
  }

  /** Updates made so far. */
  get count(): number {
    return this.#count;
  }

  /** The tensors it keeps, by slot and path. */
  get slots(): Slots {
    return this.#slots;
  }

  /**
   * One update: gradients and parameters by path. Parameters without a gradient stay as they are; of a parameter with a row gradient,
   * all rows but these stay as they are, and so do their slots (as in PyTorch's SparseAdam).
   */
  apply(gradients: GradientsByPath, parameters: VariablesByPath): void {
    if (this.#disposed) throw new UsageError('Optimizer.apply', 'the optimiser is disposed');
    const stranger = Object.keys(gradients).find((path) => !(path in parameters));
    if (stranger !== undefined) throw new UsageError('Optimizer.apply', `no parameter for the gradient of ${stranger}`);
    tf.tidy(() => {
      const slots = this.#withNewParameters(gradients, parameters);
      const part = new RowsOfParameters(this.transformation.whole ? wholeGradients(gradients, parameters) : gradients);
      const before = part.read(parameters);
      const step = this.transformation.update(part.gradients, {
        parameters: before,
        slots: mapSlots(slots, (name) => part.read(slots[name] as TensorsByPath)),
        count: this.#count,
      });
      const next = Object.entries(step.updates).map(
        ([path, update]) => [path, tf.sub(before[path] as tf.Tensor, update)] as const,
      ); // before slots are freed: an update may be one of them
      this.#own(
        mapSlots(slots, (name) => ({ ...slots[name], ...part.write(slots[name] ?? {}, step.slots[name] ?? {}) })),
        part.gradients,
        parameters,
      );
      for (const [path, value] of Object.entries(part.write(parameters, Object.fromEntries(next)))) {
        if (value !== parameters[path]) parameters[path]!.assign(value);
      }
    });
    this.#count++;
  }

  /** The count and the tensors, which stay the optimiser's. */
  state(): OptimizerState {
    return { count: this.#count, slots: this.#slots };
  }

  /** Continues from a state (it copies the tensors); throws a CheckpointError, and changes nothing, when the state is not one of this optimiser for these parameters. */
  load(state: OptimizerState, parameters: TensorsByPath): void {
    this.prepareLoad(state, parameters)();
  }

  /** Checks as `load` does and returns what loads, so that several things can be loaded together or not at all. */
  prepareLoad({ count, slots }: OptimizerState, parameters: TensorsByPath): () => void {
    if (this.#disposed) throw new UsageError('Optimizer.load', 'the optimiser is disposed');
    if (!Number.isInteger(count) || count < 0) throw new CheckpointError('Optimizer.load', `update count ${count}`);
    checkSlots(Object.keys(this.transformation.init({})), slots, parameters, count);
    return () => {
      tf.tidy(() =>
        this.#own(
          mapSlots(slots, (name) => copies(slots[name] as TensorsByPath)),
          {},
          {},
        ),
      );
      this.#count = count;
    };
  }

  /** Frees its tensors; safe to call twice. */
  dispose(): void {
    tf.dispose(Object.values(this.#slots).flatMap((slot) => Object.values(slot)));
    this.#slots = {};
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The slots, with first values for parameters that get their first gradient. */
  #withNewParameters(gradients: GradientsByPath, parameters: VariablesByPath): Slots {
    const known = Object.values(this.#slots)[0] ?? {};
    const fresh = Object.keys(gradients).filter((path) => !(path in known));
    if (fresh.length === 0) return this.#slots;
    const first = this.transformation.init(
      Object.fromEntries(fresh.map((path) => [path, parameters[path] as tf.Tensor])),
    );
    return mapSlots(first, (name) => ({ ...this.#slots[name], ...first[name] }));
  }

  /** Keeps what is new and frees what is no longer used. */
  #own(slots: Slots, gradients: TensorsByPath, parameters: TensorsByPath): void {
    const before = new Set(allTensors(this.#slots));
    const foreign = new Set([...Object.values(gradients), ...Object.values(parameters)]);
    const after = new Set<tf.Tensor>();
    this.#slots = mapSlots(slots, (name) =>
      Object.fromEntries(
        Object.entries(slots[name] as TensorsByPath).map(([path, tensor]) => {
          const own = foreign.has(tensor) || after.has(tensor) ? tf.clone(tensor) : tensor;
          after.add(own);
          return [path, before.has(own) ? own : tf.keep(own)];
        }),
      ),
    );
    for (const tensor of before) if (!after.has(tensor)) tensor.dispose();
  }
}

function allTensors(slots: Slots): tf.Tensor[] {
  return Object.values(slots).flatMap((slot) => Object.values(slot));
}

function copies(tensors: TensorsByPath): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([path, tensor]) => [path, tf.clone(tensor)]));
}

function mapSlots<T>(slots: Slots, f: (name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(slots).map((name) => [name, f(name)]));
}

function checkSlots(expected: readonly string[], slots: Slots, parameters: TensorsByPath, count: number): void {
  const found = Object.keys(slots);
  if (found.length !== expected.length || expected.some((name) => !(name in slots))) {
    if (count === 0 && found.length === 0) return;
    throw new CheckpointError(
      'Optimizer.load',
      `expected the slots [${expected.join(', ')}], got [${found.join(', ')}]`,
      {
        hint: 'the checkpoint was made with another optimiser',
      },
    );
  }
  const paths = Object.keys(Object.values(slots)[0] ?? {}).join();
  for (const [name, slot] of Object.entries(slots)) {
    if (Object.keys(slot).join() !== paths)
      throw new CheckpointError('Optimizer.load', `slot ${name} lacks parameters`);
    for (const [path, tensor] of Object.entries(slot)) {
      const parameter = parameters[path];
      if (!parameter) throw new CheckpointError('Optimizer.load', `slot ${name} is for an unknown parameter ${path}`);
      if (parameter.shape.join() !== tensor.shape.join() || parameter.dtype !== tensor.dtype) {
        throw new CheckpointError(
          'Optimizer.load',
          `${name} of ${path} must have shape [${parameter.shape.join(',')}], got [${tensor.shape.join(',')}]`,
        );
      }
    }
  }
}
