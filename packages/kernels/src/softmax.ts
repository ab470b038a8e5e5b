/** Softmax where some entries are forbidden, and cross-entropy, with their gradients. */
import type { Kernels } from './load.js';

export interface SoftmaxExports {
  maskedSoftmax(
    ...parameters: [
      ...pointers: [x: number, mask: number, weights: number],
      ...sizes: [blocks: number, rows: number, columns: number],
      ...steps: [blockStep: number, rowStep: number],
    ]
  ): void;
  softmaxGradient(weights: number, dWeights: number, dX: number, rows: number, columns: number): void;
  crossEntropy(
    ...parameters: [
      ...inputs: [logits: number, targets: number, mask: number],
      ...outputs: [loss: number, shifts: number],
      ...sizes: [rows: number, columns: number],
      smoothing: number,
    ]
  ): number;
  crossEntropyGradient(
    ...parameters: [
      ...inputs: [logits: number, targets: number, mask: number, shifts: number, dLoss: number],
      ...outputs: [dLogits: number],
      ...sizes: [rows: number, columns: number],
      smoothing: number,
    ]
  ): void;
}

/** Pointers to x [blocks,rows,columns], to mask, one byte an entry, 1 = allowed, and to the weights, of the shape of x. */
export interface MaskedSoftmax {
  x: number;
  mask: number;
  weights: number;
  blocks: number;
  rows: number;
  columns: number;
  /** Bytes from one block's mask to the next, 0 where they share one. */
  blockStep: number;
  /** Bytes from one row's mask to the next, 0 where they share one. */
  rowStep: number;
}

/** weights = softmax over the allowed entries of each row; 0 elsewhere, where x is −∞, and in a row where nothing is allowed. */
export function maskedSoftmax({ exports }: Kernels, call: MaskedSoftmax): void {
  const { x, mask, weights, blocks, rows, columns, blockStep, rowStep } = call;
  exports.maskedSoftmax(x, mask, weights, blocks, rows, columns, blockStep, rowStep);
}

/** Pointers to weights, dWeights and the result, all [rows,columns]. */
export interface SoftmaxGradient {
  weights: number;
  dWeights: number;
  dX: number;
  rows: number;
  columns: number;
}

/** dX from the weights that a softmax, masked or not, gave. */
export function softmaxGradient({ exports }: Kernels, call: SoftmaxGradient): void {
  exports.softmaxGradient(call.weights, call.dWeights, call.dX, call.rows, call.columns);
}

/** Pointers to logits [rows,columns], targets [rows] int32, mask [rows] bytes, 1 = counts, and shifts [rows,2], which the gradient wants back. */
export interface CrossEntropy {
  logits: number;
  targets: number;
  mask: number;
  shifts: number;
  rows: number;
  columns: number;
  /** ε: the share of each target that is spread over all columns. */
  smoothing: number;
}

/** loss [1]: the mean of −(1 − ε)·log p[target] − ε·mean(log p), where p is softmax(logits), over the rows that count. Returns the first of them whose target is no column (the loss is NaN), or −1. */
export function crossEntropy({ exports }: Kernels, call: CrossEntropy, loss: number): number {
  const { logits, targets, mask, shifts, rows, columns, smoothing } = call;
  return exports.crossEntropy(logits, targets, mask, loss, shifts, rows, columns, smoothing);
}

/** dLogits [rows,columns] from dLoss [1]; 0 in rows that do not count. */
export function crossEntropyGradient(
  { exports }: Kernels,
  call: CrossEntropy,
  { dLoss, dLogits }: { dLoss: number; dLogits: number },
): void {
  const { logits, targets, mask, shifts, rows, columns, smoothing } = call;
  exports.crossEntropyGradient(logits, targets, mask, shifts, dLoss, dLogits, rows, columns, smoothing);
}
