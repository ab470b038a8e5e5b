/** The model is its fields: variables, sub-modules and random streams are found by traversal, and the path is the name. */
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from './errors.js';
import { isRng, type Rng } from './rng.js';

const marker: unique symbol = Symbol.for('@seqloom/Module') as never;

/** Kept under the marker, where another copy of this package finds it too. */
interface Status {
  training: boolean;
  disposed: boolean;
}

/**
 * Base of everything with parameters. Keep parameters in public `readonly` fields of type `tf.Variable`, sub-modules in fields,
 * arrays, plain objects or on functions; constructors build everything. A variable reached twice (tying) counts once, under its first path.
 */
export abstract class Module {
  constructor() {
    const status: Status = { training: false, disposed: false };
    Object.defineProperty(this, marker, { value: status });
  }

  /** Whether dropout and its like are active; false until `train()`. */
  get training(): boolean {
    return statusOf(this).training;
  }

  get disposed(): boolean {
    return statusOf(this).disposed;
  }

  /** Every variable with its path (`encoder.cell.input.weight`), in declaration order, each once. */
  namedVariables(): Iterable<[path: string, variable: tf.Variable]> {
    return reach(this, (value): value is tf.Variable => value instanceof tf.Variable);
  }

  /** Every random stream that a part of the model draws from (dropout…), with its path: a checkpoint holds their states. */
  namedStreams(): Iterable<[path: string, stream: Rng]> {
    return reach(this, isRng);
  }

  /** This module (path '') and every module below it. */
  namedModules(): Iterable<[path: string, module: Module]> {
    return reach(this, isModule);
  }

  /** The variables that training changes: all but the frozen ones. */
  trainableVariables(): [path: string, variable: tf.Variable][] {
    return [...this.namedVariables()].filter(([, variable]) => variable.trainable);
  }

  /** Switches this module and every module below it to training (default) or evaluation. */
  train(mode = true): this {
    if (this.disposed) throw new UsageError(`${this.constructor.name}.train`, 'the module is disposed');
    for (const [, module] of this.namedModules()) setMode(module, mode);
    return this;
  }

  /** Excludes every parameter below this module from training; `freeze(false)` includes them again. */
  freeze(frozen = true): this {
    for (const [, variable] of this.namedVariables()) variable.trainable = !frozen;
    return this;
  }

  /** Frees every variable; safe to call twice. A variable shared with another module is freed for both. */
  dispose(): void {
    if (this.disposed) return;
    for (const [, variable] of [...this.namedVariables()]) if (!variable.isDisposed) variable.dispose();
    for (const [, module] of [...this.namedModules()]) statusOf(module).disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Switches this one module, without those below it. */
export function setMode(module: Module, training: boolean): void {
  statusOf(module).training = training;
}

/** Whether `value` is a Module, also of another copy of this package. */
export function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && marker in value;
}

function statusOf(module: Module): Status {
  return (module as unknown as Record<typeof marker, Status>)[marker];
}

/** Everything that `wanted` accepts among the fields below `root`, depth first, each object once. */
function* reach<T extends object>(root: object, wanted: (value: unknown) => value is T): Iterable<[string, T]> {
  const seen = new Set<object>();
  function* visit(value: unknown, path: string): Iterable<[string, T]> {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    if (wanted(value)) yield [path, value];
    if (!isModule(value) && !Array.isArray(value) && typeof value !== 'function' && !isPlainObject(value)) return;
    for (const [name, field] of parts(value)) yield* visit(field, path === '' ? name : `${path}.${name}`);
  }
  yield* visit(root, '');
}

/** What a list or an object holds that may hold more; lists can be long, and of words or numbers. */
function parts(value: object): [name: string, part: unknown][] {
  if (!Array.isArray(value)) return Object.entries(value);
  const out: [string, unknown][] = [];
  for (let i = 0; i < value.length; i++) if (typeof value[i] === 'object') out.push([String(i), value[i]]);
  return out;
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
