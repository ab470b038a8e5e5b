/** Rotations of pairs of features, in one pass over memory. */
import type { FusedKernel, Op } from '@seqloom/core';
import { defineOp } from '@seqloom/core';
import { floats, turnPairs } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

/** Which features turn together: i with i + D/2 ('half': Llama, GPT-NeoX), or 2i with 2i + 1 ('interleaved': RoFormer, GPT-J). */
export type RotaryLayout = 'half' | 'interleaved';

export const rotaryLayouts: readonly RotaryLayout[] = ['half', 'interleaved'];

/** How far pairs turn: pair i of D/2 at step t by (start + t)·base^(−2i/D). */
export interface Turn {
  readonly layout: RotaryLayout;
  readonly base: number;
  readonly start: number;
  /** D/2. */
  readonly pairs: number;
}

/** x [B,T,H·D] → x with every pair of each head turned, [B,T,H·D]. */
export const rotation: Op<'x', Turn & Record<string, unknown>> = defineOp({
  name: 'Rotation',
  inputs: ['x'],
  composed({ x }, turn) {
    const [B, T, size] = x.shape as [number, number, number];
    const { layout, pairs } = turn;
    const width = layout === 'half' ? pairs : 1; // of what lies side by side before its partners
    const cut = tf.reshape(x, [x.size / width / 2, 2, width]);
    const [even, odd] = tf.split(cut, 2, 1).map((part) => tf.reshape(part, [B, T, size / 2])) as Pair;
    const waves = tf.tensor3d(wavesOf(T, turn), [2, T, pairs]);
    const [cos, sin] = tf.unstack(tf.tile(waves, [1, 1, size / 2 / pairs])) as Pair; // [T,H·D/2]
    const turned = [tf.sub(tf.mul(even, cos), tf.mul(odd, sin)), tf.add(tf.mul(odd, cos), tf.mul(even, sin))];
    const parts = turned.map((part) => tf.reshape(part, [x.size / width / 2, 1, width]));
    return [tf.reshape(tf.concat(parts, 1), [B, T, size])];
  },
  fused: {
    forward: ({ x }, turn, workspace) => turned(workspace, x!, turn as unknown as Turn, 1),
    backward: ({ dy0 }, turn, workspace) => [turned(workspace, dy0!, turn as unknown as Turn, -1)],
    differentiable: ['x'],
  },
});

/** cos, and behind all of them sin, of each step's angles: [2,T,D/2]. */
function wavesOf(T: number, { base, start, pairs }: Turn): Float32Array {
  const waves = new Float32Array(2 * T * pairs);
  for (let i = 0; i < pairs; i++) {
    const frequency = base ** (-i / pairs);
    for (let t = 0; t < T; t++) {
      waves[t * pairs + i] = Math.cos((start + t) * frequency);
      waves[(T + t) * pairs + i] = Math.sin((start + t) * frequency);
    }
  }
  return waves;
}

/** Turns all pairs one way or the other. */
function turned({ kernels, input, output, scratch }: Workspace, x: tf.TensorInfo, turn: Turn, way: 1 | -1) {
  const [B, T, size] = x.shape as [number, number, number];
  const { layout, pairs } = turn;
  const table = wavesOf(T, turn);
  const waves = scratch(4 * table.length);
  floats(kernels.memory, waves, table.length).set(table);
  const out = output([B, T, size]);
  const sizes = { rows: B * T, steps: T, heads: size / 2 / pairs, pairs };
  turnPairs(kernels, { x: input(x), waves, out: out.pointer, ...sizes, layout, way });
  return out;
}

type Workspace = Parameters<FusedKernel>[2];
type Pair = [tf.Tensor, tf.Tensor];
