/**
 * Causal convolution of each channel by itself, over the real steps of [B,T,D] alone: the steps that a window of K sees before the first are the
 * history [B,K−1,D], oldest first.
 */
import { faded4, fma4, loadLanes, storeLanes } from '../math';
import { isReal } from './steps';

/**
 * y [B,T,D] = bias + Σ weight[k]·(the real step K − 1 − k before), 0 at masked steps, and last [B,K−1,D], the history of what comes next;
 * weight [K,D], bias [D]. `rows` is room for K pointers.
 */
export function depthwiseScan(
  x: usize, weight: usize, bias: usize, mask: usize, history: usize, y: usize, last: usize, rows: usize,
  batch: i32, time: i32, channels: i32, width: i32,
): void {
  const line = <usize>channels << 2, taps = <usize>(width - 1);
  for (let b = 0; b < batch; b++, history += taps * line, last += taps * line) {
    openWindow(rows, history, width, line);
    for (let row = b * time; row < (b + 1) * time; row++) {
      const at = <usize>row * line;
      if (isReal(mask, row)) {
        slide(rows, width, x + at);
        convolve(rows, weight, bias, y + at, channels, width);
      } else memory.fill(y + at, 0, line);
    }
    for (let k: usize = 0; k < taps; k++) memory.copy(last + k * line, pointerAt(rows, <i32>k + 1), line);
  }
}

/** Before the first step: the history, and a place that the first step takes. */
function openWindow(rows: usize, history: usize, width: i32, line: usize): void {
  for (let k = 1; k < width; k++) store<usize>(rows + (<usize>k << 2), history + <usize>(k - 1) * line);
}

@inline
function pointerAt(rows: usize, k: i32): usize {
  return load<usize>(rows + (<usize>k << 2));
}

/** One step later: `newest` ends the window. */
function slide(rows: usize, width: i32, newest: usize): void {
  for (let k = 1; k < width; k++) store<usize>(rows + (<usize>(k - 1) << 2), pointerAt(rows, k));
  store<usize>(rows + (<usize>(width - 1) << 2), newest);
}

function convolve(rows: usize, weight: usize, bias: usize, y: usize, channels: i32, width: i32): void {
  const line = <usize>channels << 2;
  for (let rest = channels, d: usize = 0; rest > 0; rest -= 4, d += 16) {
    let sum = loadLanes(bias + d, rest);
    for (let k = 0; k < width; k++) {
      sum = fma4(loadLanes(weight + <usize>k * line + d, rest), loadLanes(pointerAt(rows, k) + d, rest), sum);
    }
    storeLanes(y + d, sum, rest);
  }
}

/**
 * The way back: dX [B,T,D], dWeight, dBias and dHistory, where dLast [B,K−1,D] holds the gradient of the last history. `rows` is room for 2·K
 * pointers: each step's error goes to the gradients of all that it saw.
 */
export function depthwiseScanGradient(
  x: usize, weight: usize, mask: usize, history: usize, dY: usize, dLast: usize,
  dX: usize, dWeight: usize, dBias: usize, dHistory: usize, rows: usize,
  batch: i32, time: i32, channels: i32, width: i32,
): void {
  const line = <usize>channels << 2, past = <usize>(width - 1) * line, gradients = rows + (<usize>width << 2);
  memory.fill(dX, 0, <usize>(batch * time) * line);
  memory.fill(dHistory, 0, <usize>batch * past);
  memory.fill(dWeight, 0, <usize>width * line);
  memory.fill(dBias, 0, line);
  for (let b = 0; b < batch; b++, history += past, dHistory += past, dLast += past) {
    openWindow(rows, history, width, line);
    openWindow(gradients, dHistory, width, line);
    for (let row = b * time; row < (b + 1) * time; row++) {
      if (!isReal(mask, row)) continue;
      const at = <usize>row * line;
      slide(rows, width, x + at);
      slide(gradients, width, dX + at);
      spread(rows, gradients, weight, dY + at, dWeight, dBias, channels, width);
    }
    for (let k = 1; k < width; k++) addRow(pointerAt(gradients, k), dLast + <usize>(k - 1) * line, channels);
  }
}

function spread(
  rows: usize, gradients: usize, weight: usize, dY: usize, dWeight: usize, dBias: usize, channels: i32, width: i32,
): void {
  const line = <usize>channels << 2;
  for (let rest = channels, d: usize = 0; rest > 0; rest -= 4, d += 16) {
    const error = faded4(loadLanes(dY + d, rest));
    storeLanes(dBias + d, f32x4.add(loadLanes(dBias + d, rest), error), rest);
    for (let k = 0; k < width; k++) {
      const tap = <usize>k * line + d, to = pointerAt(gradients, k) + d;
      storeLanes(dWeight + tap, fma4(error, loadLanes(pointerAt(rows, k) + d, rest), loadLanes(dWeight + tap, rest)), rest);
      storeLanes(to, fma4(error, loadLanes(weight + tap, rest), loadLanes(to, rest)), rest);
    }
  }
}

function addRow(to: usize, from: usize, channels: i32): void {
  for (let rest = channels; rest > 0; rest -= 4, to += 16, from += 16) {
    storeLanes(to, f32x4.add(loadLanes(to, rest), loadLanes(from, rest)), rest);
  }
}
