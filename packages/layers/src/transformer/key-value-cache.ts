/** What causal attention keeps of the steps that it has seen. */
import type { Projected } from '@seqloom/attention';
import type { Op } from '@seqloom/core';
import { defineOp, keepWhere } from '@seqloom/core';
import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { isFull, lastOnes, packSteps } from './pack-steps.js';

/** Keys and values of the steps so far, the last at the end of each row and 0 before the first. There is room for a few more steps. */
export interface KeyValueCache {
  readonly keys: tf.Tensor3D; // [B,K,E]
  readonly values: tf.Tensor3D; // [B,K,V]
  /** How many steps each row has had, [B]. */
  readonly count: tf.Tensor1D;
  /** How many the longest row may have had. */
  readonly steps: number;
}

/** Caches grow by so many steps at a time: in between, a step moves memory but asks for none. */
const block = 32;

/** The cache before the first step, for keys of E and values of V features. */
export function emptyCache(batch: number, keySize: number, valueSize: number): KeyValueCache {
  const [keys, values] = [keySize, valueSize].map((size) => tf.zeros<tf.Rank.R3>([batch, block, size])) as Pair;
  return { keys, values, count: tf.zeros([batch]), steps: 0 };
}

/** The cache with T more steps (those that the mask says are real, packed), and everything to attend to: [B,K+T,…]. */
export function extended(cache: KeyValueCache | undefined, added: Projected): { all: Projected; cache: KeyValueCache } {
  const [B, T] = added.mask.shape;
  const full = isFull(added.mask);
  const real = full ? tf.fill<tf.Rank.R1>([B], T) : (tf.sum(tf.cast(added.mask, 'float32'), 1) as tf.Tensor1D);
  const steps = (cache?.steps ?? 0) + T;
  const count = cache ? tf.add<tf.Tensor1D>(cache.count, real) : real;
  const all = cache ? joined(cache, added, full, count) : full ? added : cleaned(added);
  const room = Math.ceil(steps / block) * block;
  return { all, cache: { keys: lastSteps(all.keys, room), values: lastSteps(all.values, room), count, steps } };
}

/** The steps of the cache and those added, side by side. */
function joined(cache: KeyValueCache, added: Projected, full: boolean, count: tf.Tensor1D): Projected {
  const length = cache.keys.shape[1] + added.keys.shape[1];
  const both = (a: tf.Tensor3D, b: tf.Tensor3D) => tf.concat([a, b], 1);
  const [keys, values] = [both(cache.keys, added.keys), both(cache.values, added.values)];
  const mask = lastOnes(count, length);
  if (full) return { keys, values, mask };
  const gaps = tf.concat([lastOnes(cache.count, cache.keys.shape[1]), added.mask], 1); // rows that had fewer steps than T
  const [closedKeys, closedValues] = [keys, values].map(
    (x) => packSteps({ x, mask: gaps }, { back: false })[0],
  ) as Pair;
  return { keys: closedKeys, values: closedValues, mask };
}

/** One step more: rows move up, and the new one [B,1,…] comes last. */
export function pushed(cache: KeyValueCache, added: Projected): { all: Projected; cache: KeyValueCache } {
  const steps = cache.steps + 1;
  const room = Math.ceil(steps / block) * block;
  const [keys, values] = (['keys', 'values'] as const).map(
    (name) => pushStep({ x: cache[name], step: added[name] }, { room })[0],
  ) as Pair;
  const count = tf.add<tf.Tensor1D>(cache.count, 1);
  return { all: { keys, values, mask: lastOnes(count, room) }, cache: { keys, values, count, steps } };
}

/** The last `room` steps of x [B,K,D], with 0 before the first where there are fewer. */
function lastSteps(x: tf.Tensor3D, room: number): tf.Tensor3D {
  const [, K] = x.shape;
  if (K === room) return x;
  return K > room
    ? tf.slice(x, [0, K - room, 0], [-1, room, -1])
    : (tf.pad(x, [
        [0, 0],
        [room - K, 0],
        [0, 0],
      ]) as tf.Tensor3D);
}

function cleaned({ keys, values, mask }: Projected): Projected {
  return { keys: keepWhere(mask, keys), values: keepWhere(mask, values), mask };
}

/** x [B,K,D] and step [B,1,D] → the last `room` steps of both, 0 before the first. */
export const pushStep: Op<'x' | 'step', { room: number }> = defineOp({
  name: 'PushStep',
  inputs: ['x', 'step'],
  composed: ({ x, step }, { room }) => [lastSteps(tf.concat([x, step], 1) as tf.Tensor3D, room)],
  fused: {
    forward({ x, step }, { room }, { input, output, kernels }) {
      const [B, K, D] = x!.shape as [number, number, number];
      const length = room as number;
      const out = output([B, length, D]);
      const from = floats(kernels.memory, input(x!), B * K * D);
      const last = floats(kernels.memory, input(step!), B * D);
      const to = floats(kernels.memory, out.pointer, B * length * D);
      const kept = Math.min(K, length - 1);
      for (let b = 0; b < B; b++) {
        const start = (length - 1 - kept) * D;
        const row = to.subarray(b * length * D, (b + 1) * length * D);
        row.fill(0, 0, start);
        row.set(from.subarray((b * K + K - kept) * D, (b + 1) * K * D), start);
        row.set(last.subarray(b * D, (b + 1) * D), (length - 1) * D);
      }
      return out;
    },
    backward({ x, dy0 }, _, { input, output, kernels }) {
      const [B, K, D] = x!.shape as [number, number, number];
      const length = dy0!.shape[1]!;
      const [dX, dStep] = [output([B, K, D]), output([B, 1, D])];
      const from = floats(kernels.memory, input(dy0!), B * length * D);
      const [toX, toStep] = [
        floats(kernels.memory, dX.pointer, B * K * D),
        floats(kernels.memory, dStep.pointer, B * D),
      ];
      const kept = Math.min(K, length - 1);
      for (let b = 0; b < B; b++) {
        const end = (b + 1) * length * D;
        toX.fill(0, b * K * D, ((b + 1) * K - kept) * D);
        toX.set(from.subarray(end - (kept + 1) * D, end - D), ((b + 1) * K - kept) * D);
        toStep.set(from.subarray(end - D, end), b * D);
      }
      return [dX, dStep];
    },
    differentiable: ['x', 'step'],
  },
});

type Pair = [tf.Tensor3D, tf.Tensor3D];
