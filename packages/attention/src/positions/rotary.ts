/** Positions as rotations of queries and keys. */
import type { Alignment, Scorer } from '@seqloom/core';
import { count, dims, knownOptions, Module, oneOf, ShapeError, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { scorerOf } from '../scorer-of.js';

/** Which features turn together: i with i + D/2 ('half': Llama, GPT-NeoX), or 2i with 2i + 1 ('interleaved': RoFormer, GPT-J). */
export type RotaryLayout = 'half' | 'interleaved';

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
    this.layout = oneOf('RotaryScore', 'layout', options.layout ?? 'half', layouts);
    this.remember = options.inner.remember && this.#remember.bind(this);
    this.base = within('RotaryScore', 'base', options.base ?? 10_000, 1);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): PositionedKeys<Keys> {
    return {
      keys: this.inner.prepare(rotate(keys, { layout: this.layout, base: this.base }), mask),
      count: keys.shape[1],
    };
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
    return rotate(query, { layout: this.layout, base: this.base, start: Math.max(0, keys - query.shape[1]) });
  }
}

/** x [B,T,D] with row t rotated by `start` + t: pair i by that times base^(−2i/D). Throws ShapeError unless D is even. */
export function rotate(
  x: tf.Tensor3D,
  { layout = 'half', base = 10_000, start = 0 }: { layout?: RotaryLayout; base?: number; start?: number } = {},
): tf.Tensor3D {
  const { B, T, D } = dims('rotate', { x: [x, 'B T D'] });
  if (D % 2 !== 0) throw new ShapeError('rotate', `\`x\` must have an even number of features, got ${D}`);
  count('rotate', 'start', start, 0);
  const [cos, sin] = waves(T, D / 2, base, start);
  const pairs = layout === 'half' ? [B, T, 2, D / 2] : [B, T, D / 2, 2];
  const axis = layout === 'half' ? 2 : 3;
  const [even, odd] = tf.split(tf.reshape(x, pairs), 2, axis).map((part) => tf.reshape(part, [B, T, D / 2]));
  const turned = [tf.sub(tf.mul(even!, cos), tf.mul(odd!, sin)), tf.add(tf.mul(odd!, cos), tf.mul(even!, sin))];
  return tf.reshape(tf.stack(turned, axis), [B, T, D]);
}

const layouts = ['half', 'interleaved'] as const;

/** cos and sin of position times frequency: [T,D/2]. */
function waves(length: number, pairs: number, base: number, start: number): [tf.Tensor2D, tf.Tensor2D] {
  const angles = Float64Array.from({ length: length * pairs }, (_, i) => {
    const [p, pair] = [Math.floor(i / pairs), i % pairs];
    return (start + p) * base ** (-pair / pairs);
  });
  const table = (wave: (angle: number) => number) => tf.tensor2d(Float32Array.from(angles, wave), [length, pairs]);
  return [table(Math.cos), table(Math.sin)];
}
