/** Real steps side by side at the end of each row, so that neighbours in time are neighbours in memory whatever lies between them, and back again. */
import type { Op, Sequence } from '@seqloom/core';
import { asMask, defineOp, keepWhere } from '@seqloom/core';
import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

/** A sequence whose real steps are the last of each row in their order, with 0 before them, and the way back to their places. */
export interface Packed extends Sequence {
  /** values [B,T,U] at the places of the packed steps → at those of the original, 0 at padding. */
  restore(values: tf.Tensor3D): tf.Tensor3D;
  /** The same of weights [B·H,T,S], the heads of a row together. */
  restoreHeads(weights: tf.Tensor3D): tf.Tensor3D;
}

/** input [B,T,D] → the same steps, packed. */
export function packed({ values, mask }: Sequence): Packed {
  const real = asMask(mask);
  if (isFull(real)) return { values, mask: real, restore: (each) => each, restoreHeads: (each) => each };
  const bits = tf.cast(real, 'float32');
  const restore = (each: tf.Tensor3D) => packSteps({ x: each, mask: real }, { back: true })[0] as tf.Tensor3D;
  return {
    values: packSteps({ x: values, mask: real }, { back: false })[0] as tf.Tensor3D,
    mask: lastOnes(tf.sum(bits, 1), real.shape[1]),
    restore,
    restoreHeads: (weights) => headsBeside(weights, real.shape[0], restore),
  };
}

/** Moves the steps of weights [B·H,T,S] as `move` does those of [B,T,H·S]. */
function headsBeside(weights: tf.Tensor3D, B: number, move: (steps: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D {
  const [rows, T, S] = weights.shape;
  const heads = rows / B;
  const beside = tf.transpose(tf.reshape(weights, [B, heads, T, S]), [0, 2, 1, 3]);
  const moved = move(tf.reshape(beside, [B, T, heads * S]));
  return tf.reshape(tf.transpose(tf.reshape(moved, [B, T, heads, S]), [0, 2, 1, 3]), [rows, T, S]);
}

/** 1 at the last count[b] of `length` places, [B,length]. */
export function lastOnes(count: tf.Tensor1D, length: number): tf.Tensor2D {
  const fromEnd = tf.reshape(tf.range(length, 0, -1), [1, length]); // the last place is 1
  return tf.lessEqual(fromEnd, tf.reshape(count, [-1, 1])) as tf.Tensor2D;
}

/** Whether every step is real, where that can be seen without waiting (cpu, wasm); else false. */
export function isFull(mask: tf.Tensor2D): boolean {
  return ['cpu', 'wasm'].includes(tf.getBackend()) && !mask.dataSync().includes(0);
}

/** `x` where every step is real as it is, else with 0 at padding. */
export function clean(mask: tf.Tensor2D, x: tf.Tensor3D): tf.Tensor3D {
  return isFull(mask) ? x : keepWhere(mask, x);
}

/** Moves the real steps of x [B,T,D] to the end of their rows, or `back` to where the mask [B,T] says; 0 elsewhere. Each is the other's gradient. */
export const packSteps: Op<'x' | 'mask', { back: boolean }> = defineOp({
  name: 'PackSteps',
  inputs: ['x', 'mask'],
  composed({ x, mask }, { back }) {
    const clean = back ? x : keepWhere(mask, x);
    return [x.shape[1] === 1 ? keepWhere(mask, x) : tf.matMul(destinations(mask as tf.Tensor2D), clean, !back, false)];
  },
  fused: {
    forward: ({ x, mask }, { back }, workspace) => moved(workspace, x!, mask!, back as boolean),
    backward: ({ mask, dy0 }, { back }, workspace) => [moved(workspace, dy0!, mask!, !back)],
    differentiable: ['x'],
  },
});

/** [B,T,T]: 1 at [b,t,i] where the real step t goes to place i. Not by comparing all with all, which webgl broadcasts wrongly. */
function destinations(mask: tf.Tensor2D): tf.Tensor3D {
  const T = mask.shape[1];
  const bits = tf.cast(mask, 'float32');
  const places = tf.add(tf.sub(tf.cumsum(bits, 1), tf.sum(bits, 1, true)), T - 1); // [B,T]
  const rows = tf.cast(tf.oneHot(tf.cast(places, 'int32'), T), 'float32') as tf.Tensor3D;
  return keepWhere(mask, rows);
}

type Kernel = NonNullable<Parameters<typeof defineOp>[0]['fused']>['forward'];
type Workspace = Parameters<Kernel>[2];

function moved(workspace: Workspace, x: tf.TensorInfo, mask: tf.TensorInfo, back: boolean) {
  const [B, T, D] = x.shape as [number, number, number];
  const [from, bits] = [workspace.input(x), workspace.input(mask)];
  const output = workspace.output([B, T, D]);
  const { memory } = workspace.kernels;
  const [source, target] = [from, output.pointer].map((pointer) => floats(memory, pointer, B * T * D)) as Two;
  const real = new Uint8Array(memory.memory.buffer, bits, B * T);
  target.fill(0);
  for (let row = 0; row < B; row++) {
    let packedAt = (row + 1) * T;
    for (let at = packedAt - 1; at >= row * T; at--) {
      if (!real[at]) continue;
      packedAt--;
      const [to, step] = back ? [at, packedAt] : [packedAt, at];
      target.set(source.subarray(step * D, (step + 1) * D), to * D);
    }
  }
  return output;
}

type Two = [Float32Array, Float32Array];
