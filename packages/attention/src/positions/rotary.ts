/** Positions as rotations of queries and keys. */
import type { Alignment, Scorer } from '@seqloom/core';
import { count, dims, knownOptions, Module, oneOf, ShapeError, within } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { scorerOf } from '../scorer-of.js';
import { type RotaryLayout, rotaryLayouts, rotation } from './rotation.js';

export type { RotaryLayout } from './rotation.js';

export interface RotaryScoreOptions<Keys> {
  /** What compares rotated queries with rotated keys: dot or scaled dot, whose energies then depend on distances alone. */
  inner: Scorer<Keys>;
  /** 'half' unless told. */
  layout?: RotaryLayout;
  /** 10000 unless told. */
  base?: number;
}

/** Prepared keys, and how many there are. */
export interface PositionedKeys<Keys> {
  readonly keys: Keys;
  readonly count: number;
}

/**
 * Rotary positions (RoPE) around any scorer: key k is rotated by k, and query q of Q by its place when the queries are the last Q positions (as with
 * `causalMask`). query [B,Q,D], keys [B,K,D] → [B,Q,K], D even. Throws OptionError, ShapeError. arXiv:2104.09864
 */
export class RotaryScore<Keys = tf.Tensor3D> extends Module implements Scorer<PositionedKeys<Keys>> {
  readonly inner: Scorer<Keys>;
  readonly layout: RotaryLayout;
  readonly base: number;
  readonly remember: Scorer<PositionedKeys<Keys>>['remember'];

  constructor(options: RotaryScoreOptions<Keys>) {
    super();
    knownOptions('RotaryScore', options, ['inner', 'layout', 'base']);
    this.inner = scorerOf('RotaryScore', options.inner);
    this.layout = oneOf('RotaryScore', 'layout', options.layout ?? 'half', rotaryLayouts);
    this.remember = options.inner.remember && this.#remember.bind(this);
    this.base = within('RotaryScore', 'base', options.base ?? 10_000, 1);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): PositionedKeys<Keys> {
    return { keys: this.inner.prepare(this.turnedKeys(keys, 1), mask), count: keys.shape[1] };
  }

  score(query: tf.Tensor3D, { keys, count: K }: PositionedKeys<Keys>, previous?: Alignment): tf.Tensor3D {
    return this.inner.score(this.#rotated(query, K), keys, previous);
  }

  #remember(
    weights: tf.Tensor3D,
    query: tf.Tensor3D,
    { keys }: PositionedKeys<Keys>,
    previous?: Alignment,
  ): tf.Tensor3D {
    return this.inner.remember!(weights, this.#rotated(query, weights.shape[2]), keys, previous);
  }

  #rotated(query: tf.Tensor3D, keys: number): tf.Tensor3D {
    return this.turnedQuery(query, keys, 1);
  }

  /** keys [B,K,heads·D], each head rotated by its places. */
  turnedKeys(keys: tf.Tensor3D, heads: number): tf.Tensor3D {
    return rotate(keys, { layout: this.layout, base: this.base, heads });
  }

  /** query [B,Q,heads·D] as the last Q of `count` positions, each head rotated by its places. */
  turnedQuery(query: tf.Tensor3D, count: number, heads: number): tf.Tensor3D {
    return rotate(query, { layout: this.layout, base: this.base, heads, start: Math.max(0, count - query.shape[1]) });
  }
}

export interface RotateOptions {
  /** 'half' unless told. */
  layout?: RotaryLayout;
  /** 10000 unless told. */
  base?: number;
  /** The position of the first row; 0 unless told. */
  start?: number;
  /** How many heads lie side by side; 1 unless told. */
  heads?: number;
}

/** x [B,T,H·D] with row t of each head rotated by `start` + t: pair i by that times base^(−2i/D). Throws ShapeError unless D is even. */
export function rotate(x: tf.Tensor3D, options: RotateOptions = {}): tf.Tensor3D {
  knownOptions('rotate', options, ['layout', 'base', 'start', 'heads']);
  const { layout = 'half', base = 10_000, start = 0, heads = 1 } = options;
  const { D } = dims('rotate', { x: [x, 'B T D'] });
  if (D % (2 * count('rotate', 'heads', heads)) !== 0) {
    const beside = heads === 1 ? '' : ` in each of ${heads} heads`;
    throw new ShapeError('rotate', `\`x\` must have an even number of features${beside}, got ${D}`);
  }
  count('rotate', 'start', start, 0);
  return rotation({ x }, { layout, base, start, pairs: D / heads / 2 })[0] as tf.Tensor3D;
}
