/** For weights on request: some of the queries, and the keys that each of them may see. */
import { asMask, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { allOf, keyMask } from '../masks.js';
import { type Pattern, patternMask } from './pattern.js';

interface Asked {
  readonly query: tf.Tensor3D;
  /** [B,K] */
  readonly keys: tf.Tensor2D;
  readonly pattern: Pattern;
  /** [Q,K] or [B,Q,K] */
  readonly mask?: tf.Tensor | undefined;
}

/** The rows of `query` [B,Q,D], all unless told → [B,rows,D], and which keys they may see, [B or 1,rows or 1,K]. Throws ShapeError on a row that is no query. */
export function chosenQueries(
  where: string,
  { query, keys, pattern, mask }: Asked,
  rows: readonly number[] | undefined,
): { queries: tf.Tensor3D; allowed: tf.Tensor } {
  const [Q, K] = [query.shape[1], keys.shape[1]];
  const wrong = rows?.find((row) => !(Number.isInteger(row) && row >= 0 && row < Q));
  if (wrong !== undefined) throw new ShapeError(where, `there is no query ${wrong} of ${Q}`);
  const chosen = <T extends tf.Tensor>(x: T, axis: number) =>
    rows ? (tf.gather(x, tf.tensor1d([...rows], 'int32'), axis) as T) : x;
  const positions = (rows ?? Array.from({ length: Q }, (_, q) => q)).map((row) => K - Q + row);
  const masks = [keyMask(keys), patternMask(pattern, positions, K), mask && chosen(asMask(mask), mask.rank - 2)];
  return { queries: chosen(query, 1), allowed: allOf(...masks.filter((each) => each !== undefined)) };
}
