/** Causal convolution of each channel by itself. */
import type { Kernels } from '../load.js';
import { scope } from '../memory.js';

export interface DepthwiseScanExports {
  depthwiseScan(
    ...parameters: [
      ...inputs: [x: number, weight: number, bias: number, mask: number, history: number],
      ...outputs: [y: number, last: number, rows: number],
      ...shape: Shape,
    ]
  ): void;
  depthwiseScanGradient(
    ...parameters: [
      ...inputs: [x: number, weight: number, mask: number, history: number, dY: number, dLast: number],
      ...gradients: [dX: number, dWeight: number, dBias: number, dHistory: number, rows: number],
      ...shape: Shape,
    ]
  ): void;
}

type Shape = [batch: number, time: number, channels: number, width: number];

/** B sequences of T steps of D channels under a window of K steps. */
export interface DepthwiseScanShape {
  batch: number;
  time: number;
  channels: number;
  width: number;
}

/** Pointers to x [B,T,D], weight [K,D], mask [B,T] bytes (1 = real; 0 for all) and history [B,K−1,D], the real steps before the first, oldest first. */
export interface DepthwiseScanInputs {
  x: number;
  weight: number;
  mask: number;
  history: number;
}

/** y [B,T,D] = bias [D] + Σ weight[k]·(the real step K − 1 − k before), 0 at masked steps, and last [B,K−1,D], the history of what comes next. */
export function depthwiseScan(
  { exports, memory }: Kernels,
  { batch, time, channels, width }: DepthwiseScanShape,
  { x, weight, bias, mask, history }: DepthwiseScanInputs & { bias: number },
  { y, last }: { y: number; last: number },
): void {
  scope(memory, (allocate) => {
    const rows = allocate(4 * width);
    exports.depthwiseScan(x, weight, bias, mask, history, y, last, rows, batch, time, channels, width);
  });
}

/** Pointers to gradients in the shapes of what they belong to. */
export interface DepthwiseScanGradients {
  dX: number;
  dWeight: number;
  dBias: number;
  dHistory: number;
}

/** The way back from dY [B,T,D] and dLast [B,K−1,D]. */
export function depthwiseScanGradient(
  { exports, memory }: Kernels,
  { batch, time, channels, width }: DepthwiseScanShape,
  { x, weight, mask, history, dY, dLast }: DepthwiseScanInputs & { dY: number; dLast: number },
  { dX, dWeight, dBias, dHistory }: DepthwiseScanGradients,
): void {
  scope(memory, (allocate) => {
    exports.depthwiseScanGradient(
      ...([x, weight, mask, history, dY, dLast] as const),
      ...([dX, dWeight, dBias, dHistory, allocate(8 * width)] as const),
      ...([batch, time, channels, width] as const),
    );
  });
}
