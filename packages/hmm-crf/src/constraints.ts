/** Which paths may be taken: hard constraints as potentials of −∞. */
import { ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

type Flags = readonly (boolean | number)[];

/** What is allowed, 1 or true = allowed; everything is where a field is left out. */
export interface Constraints {
  /** [K]: where a sequence may begin. */
  readonly initial?: Flags;
  /** [K][K]: from → to. */
  readonly transition?: readonly Flags[];
  /** [K]: where a sequence may end. */
  readonly final?: Flags;
}

/** Throws a ShapeError unless the constraints are for `size` states. */
export function checkConstraints(where: string, { initial, transition, final }: Constraints, size: number): void {
  for (const [name, flags] of Object.entries({ initial, final })) {
    if (flags && flags.length !== size) throw wrong(where, name, `[${size}]`, `[${flags.length}]`);
  }
  if (transition && (transition.length !== size || transition.some((row) => row.length !== size))) {
    throw wrong(where, 'transition', `[${size}][${size}]`, `[${transition.length}][${transition[0]?.length ?? 0}]`);
  }
}

/** `potentials`, −∞ where not allowed. */
export function forbid<T extends tf.Tensor>(allowed: Flags | readonly Flags[] | undefined, potentials: T): T {
  if (!allowed) return potentials;
  const flags = Uint8Array.from((allowed as Flags[]).flat(), Number);
  const mask = tf.tensor(flags, potentials.shape, 'bool');
  return tf.where(mask, potentials as tf.Tensor, tf.fill(potentials.shape, -Infinity)) as T;
}

function wrong(where: string, name: string, expected: string, actual: string): ShapeError {
  return new ShapeError(where, `\`allowed.${name}\` must have shape ${expected}, got ${actual}`);
}
