/** Shape checks that read like the documentation: `dims('DotScore.score', { query: [query, 'B Q D'], keys: [keys, 'B K D'] })`. */
import type * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from './errors.js';

type Words<Spec extends string> = Spec extends `${infer Head} ${infer Rest}` ? Head | Words<Rest> : Spec;
type Names<Spec extends string> = Exclude<Words<Spec>, `${number}` | '_' | ''>;
type Shaped = Pick<tf.Tensor, 'shape'>;

/** One tensor and its spec: dimension names (`B`), fixed sizes (`64`) and `_` (any size), separated by single spaces. */
export type DimsEntry = readonly [tensor: Shaped, spec: string];

/**
 * Checks every tensor against its spec and returns the sizes that the names stand for.
 * A name has one size across all entries. Throws ShapeError naming the argument, what was expected and what came.
 */
export function dims<const Entries extends Readonly<Record<string, DimsEntry>>>(
  where: string,
  entries: Entries,
): Record<Names<Entries[keyof Entries][1]>, number> {
  const bound = new Map<string, { size: number; by: string }>();
  for (const [argument, [tensor, spec]] of Object.entries(entries)) {
    const words = spec.split(' ').filter((word) => word !== '');
    const shape = shapeOf(where, argument, tensor);
    if (shape.length !== words.length) throw mismatch(where, argument, words, shape, bound);
    for (const [axis, word] of words.entries()) {
      const size = shape[axis] as number;
      const expected = sizeOf(word, bound);
      if (expected !== undefined && expected !== size) throw mismatch(where, argument, words, shape, bound, word);
      if (expected === undefined && word !== '_') bound.set(word, { size, by: argument });
    }
  }
  return Object.fromEntries([...bound].map(([name, { size }]) => [name, size])) as never;
}

type Bound = ReadonlyMap<string, { size: number; by: string }>;

function sizeOf(word: string, bound: Bound): number | undefined {
  return /^\d+$/.test(word) ? Number(word) : bound.get(word)?.size;
}

function shapeOf(where: string, argument: string, tensor: Shaped): readonly number[] {
  if (Array.isArray((tensor as Shaped | undefined)?.shape)) return tensor.shape;
  throw new ShapeError(where, `\`${argument}\` must be a tensor, got ${tensor === null ? 'null' : typeof tensor}`);
}

function mismatch(
  where: string,
  argument: string,
  words: string[],
  shape: readonly number[],
  bound: Bound,
  at?: string,
) {
  const expected = words.map((word) => (bound.has(word) ? `${word}=${bound.get(word)?.size}` : word)).join(', ');
  const setter = at === undefined ? undefined : bound.get(at);
  return new ShapeError(where, `\`${argument}\` must have shape [${expected}], got [${shape.join(',')}]`, {
    hint: setter && setter.by !== argument ? `${at}=${setter.size} was set by \`${setter.by}\`` : undefined,
  });
}
