/** Gradient transformations as values (the idea of optax): each turns gradients into better ones, and the optimiser subtracts what comes out. */
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';

/** Tensors by the path of their parameter (`encoder.cell.input.weight`). */
export type TensorsByPath = Readonly<Record<string, tf.Tensor>>;

/** What a transformation remembers from update to update: named slots (`adam.mean`), each with a tensor per parameter. */
export type Slots = Readonly<Record<string, TensorsByPath>>;

export interface UpdateContext {
  readonly parameters: TensorsByPath;
  readonly slots: Slots;
  /** Updates made before this one. */
  readonly count: number;
}

export interface Update {
  /** What is to be subtracted from the parameters; those left out stay as they are. */
  readonly updates: TensorsByPath;
  /** The new tensors of its own slots; those left out stay as they are. */
  readonly slots: Slots;
}

/** Stateless itself: `init` gives the first slots of some parameters, `update` is a formula that sees all gradients at once. */
export interface GradientTransformation {
  /** True when it must see all of every parameter, also of those of whose gradient only some rows are not 0. */
  readonly whole?: boolean;
  init(parameters: TensorsByPath): Slots;
  update(gradients: TensorsByPath, context: UpdateContext): Update;
}

/** One after the other: the gradients go into the first, the updates of the last are subtracted from the parameters. */
export function chain(...parts: readonly GradientTransformation[]): GradientTransformation {
  return {
    whole: parts.some(({ whole }) => whole),
    init: (parameters) => parts.map((part) => part.init(parameters)).reduce(mergeSlots, {}),
    update(gradients, context) {
      let updates = gradients;
      const slots: Record<string, TensorsByPath> = {};
      for (const part of parts) {
        const step = part.update(updates, context);
        updates = step.updates;
        Object.assign(slots, step.slots);
      }
      return { updates, slots };
    },
  };
}

/** A transformation without memory that treats each gradient by itself; `begin` runs once an update, for what the parameters share. */
export function mapGradients(
  begin: (context: UpdateContext) => (gradient: tf.Tensor, path: string) => tf.Tensor,
): GradientTransformation {
  return {
    init: () => ({}),
    update(gradients, context) {
      const transform = begin(context);
      return { updates: mapPaths(gradients, transform), slots: {} };
    },
  };
}

/**
 * A transformation that keeps the named slots, all 0 at first, for each parameter: `begin` runs once an update, and what it
 * returns gives [update, next value of each slot].
 */
export function withSlots<const Names extends readonly string[]>(
  names: Names,
  begin: (
    count: number,
  ) => (
    gradient: tf.Tensor,
    ...slots: { [I in keyof Names]: tf.Tensor }
  ) => [tf.Tensor, ...{ [I in keyof Names]: tf.Tensor }],
): GradientTransformation {
  return {
    init: (parameters) => Object.fromEntries(names.map((name) => [name, mapPaths(parameters, (p) => tf.zerosLike(p))])),
    update(gradients, { slots, count }) {
      const transform = begin(count);
      const updates: Record<string, tf.Tensor> = {};
      const next = names.map((): Record<string, tf.Tensor> => ({}));
      for (const [path, gradient] of Object.entries(gradients)) {
        const before = names.map((name) => slots[name]?.[path]) as { [I in keyof Names]: tf.Tensor };
        const [update, ...after] = transform(gradient, ...before);
        updates[path] = update;
        for (const [i, tensor] of after.entries()) (next[i] as Record<string, tf.Tensor>)[path] = tensor;
      }
      return { updates, slots: Object.fromEntries(names.map((name, i) => [name, next[i] as TensorsByPath])) };
    },
  };
}

/** `f` of the tensor of every path. */
export function mapPaths(
  tensors: TensorsByPath,
  f: (tensor: tf.Tensor, path: string) => tf.Tensor,
): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([path, tensor]) => [path, f(tensor, path)]));
}

/** The slots of both; two transformations of one chain must not share a name. */
export function mergeSlots(a: Slots, b: Slots): Slots {
  const twice = Object.keys(b).find((name) => name in a);
  if (twice === undefined) return { ...a, ...b };
  throw new UsageError('chain', `two transformations keep a slot named \`${twice}\``, {
    hint: 'use each kind of transformation once in a chain',
  });
}
