/** Each step beside the real steps before it: a causal convolution is one matrix product of these. */
import type { FusedKernel, Op, Tensors } from '@seqloom/core';
import { defineOp, keepWhere } from '@seqloom/core';
import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { stepsBefore } from '../state-space/steps-before.js';

export type StepWindowsInput = 'x' | 'mask' | 'history';

/**
 * x [B,T,D], mask [B,T] bool, history [B,K−1,D], the real steps before the first, oldest first → [windows [B,T,K·D]: of each real step the K − 1 real steps
 * before it and itself, 0 at padding; and the history of what comes next]. What stands at padding is not read.
 */
export const stepWindows: Op<StepWindowsInput, Record<string, never>> = defineOp({
  name: 'StepWindows',
  inputs: ['x', 'mask', 'history'],
  outputs: 2,
  composed({ x, mask, history }: Tensors<StepWindowsInput>) {
    const seen = stepsBefore(keepWhere(mask, x), mask, history);
    return [keepWhere(mask, tf.concat([...seen.steps].reverse(), 2)), seen.history];
  },
  fused: {
    forward(tensors, _, workspace) {
      const { x, history } = tensors;
      const [B, T, D] = x!.shape as [number, number, number];
      const K = history!.shape[1]! + 1;
      const [windows, last] = [workspace.output([B, T, K * D]), workspace.output([...history!.shape])];
      const rows = placesOf(tensors, workspace, workspace.input(x!), workspace.input(history!));
      const out = floats(workspace.kernels.memory, windows.pointer, B * T * K * D).fill(0);
      eachWindow(tensors, rows, (row, window) => {
        for (const [k, place] of window.entries()) out.set(place, (row * K + k) * D);
      });
      const next = floats(workspace.kernels.memory, last.pointer, B * (K - 1) * D);
      for (const [i, place] of rows.lasts.entries()) next.set(place, i * D);
      return [windows, last];
    },
    backward(tensors, _, workspace) {
      const { x, history, dy0, dy1 } = tensors;
      const [, , D] = x!.shape as [number, number, number];
      const [dX, dHistory] = [workspace.output([...x!.shape]), workspace.output([...history!.shape])];
      const { memory } = workspace.kernels;
      const errors = floats(memory, workspace.input(dy0!), tf.util.sizeFromShape(dy0!.shape));
      const lastErrors = floats(memory, workspace.input(dy1!), tf.util.sizeFromShape(dy1!.shape));
      const rows = placesOf(tensors, workspace, dX.pointer, dHistory.pointer);
      rows.x.fill(0);
      rows.history.fill(0);
      eachWindow(tensors, rows, (row, window) => {
        for (const [k, place] of window.entries()) addTo(place, errors, (row * window.length + k) * D);
      });
      for (const [i, place] of rows.lasts.entries()) addTo(place, lastErrors, i * D);
      return [dX, dHistory];
    },
    differentiable: ['x', 'history'],
  },
});

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

/** Steps and history in memory, the mask, and, once all windows are visited, the places that end as history. */
interface Places {
  readonly x: Float32Array;
  readonly history: Float32Array;
  readonly mask: Uint8Array;
  readonly lasts: Float32Array[];
}

function placesOf({ x, mask, history }: Inputs, { kernels, input }: Workspace, atX: number, atHistory: number): Places {
  const real = input(mask!);
  return {
    x: floats(kernels.memory, atX, tf.util.sizeFromShape(x!.shape)),
    history: floats(kernels.memory, atHistory, tf.util.sizeFromShape(history!.shape)),
    mask: new Uint8Array(kernels.memory.memory.buffer, real, tf.util.sizeFromShape(mask!.shape)),
    lasts: [],
  };
}

/** Visits the window of every real step, oldest first. */
function eachWindow(
  { x, history }: Inputs,
  places: Places,
  visit: (row: number, window: readonly Float32Array[]) => void,
): void {
  const [B, T, D] = x!.shape as [number, number, number];
  const past = history!.shape[1]!;
  const rowOf = (values: Float32Array, row: number) => values.subarray(row * D, (row + 1) * D);
  for (let b = 0; b < B; b++) {
    let window = Array.from({ length: past }, (_, k) => rowOf(places.history, b * past + k));
    for (let row = b * T; row < (b + 1) * T; row++) {
      if (!places.mask[row]) continue;
      window.push(rowOf(places.x, row));
      visit(row, window);
      window = window.slice(1);
    }
    places.lasts.push(...window);
  }
}

function addTo(place: Float32Array, values: Float32Array, from: number): void {
  for (let i = 0; i < place.length; i++) place[i] = place[i]! + values[from + i]!;
}
