/** The fused CTC loss: each row's frames are read once, and where a gradient is wanted it is there when the loss is. */
import { DataError, type FusedKernel, type FusedPair } from '@seqloom/core';
import { binary, ctcLoss, floats, integers } from '@seqloom/kernels';

type Workspace = Parameters<FusedKernel>[2];

export const ctcKernels: FusedPair<'logits' | 'mask' | 'labels' | 'labelMask'> = {
  forward({ logits, mask, labels, labelMask }, { blank, infeasible, forGradient }, workspace) {
    const { kernels, input, output } = workspace;
    const [batch, time, classes] = logits!.shape as [number, number, number];
    const rows: Rows = {
      ...{ batch, time, classes, labelCount: labels!.shape[1]!, blank: blank as number },
      ...{ mask: input(mask!), labels: input(labels!), labelMask: input(labelMask!) },
    };
    const lengths = lengthsOf(rows, infeasible === 'error', workspace);
    const loss = output([batch]);
    const gradient = forGradient ? output([...logits!.shape]) : undefined;
    const { labelMask: _, ...call } = rows;
    ctcLoss(kernels, { ...call, logits: input(logits!), lengths }, loss.pointer, gradient?.pointer);
    if (infeasible === 'zero') {
      const losses = floats(kernels.memory, loss.pointer, batch);
      for (const [b, value] of losses.entries()) if (value === Infinity) losses[b] = 0;
    }
    return gradient ? [loss, gradient] : [loss];
  },
  backward({ logits, out1, dy0 }, _, { kernels, input, output }) {
    const dLogits = output([...logits!.shape]);
    const [rows, columns] = [dLogits.shape[0]!, dLogits.shape[1]! * dLogits.shape[2]!];
    const [a, b] = [
      { pointer: input(out1!), row: columns, column: 1 },
      { pointer: input(dy0!), row: 1, column: 0 },
    ] as const;
    binary(kernels, 'multiply', { a, b, out: dLogits.pointer, rows, columns });
    return dLogits;
  },
  differentiable: ['logits'],
};

interface Rows {
  batch: number;
  time: number;
  classes: number;
  labelCount: number;
  blank: number;
  mask: number;
  labels: number;
  labelMask: number;
}

/** A place with the number of labels of each row, after looking at them all. Throws DataError. */
function lengthsOf(rows: Rows, mustFit: boolean, { kernels: { memory }, scratch }: Workspace): number {
  const { batch, time, labelCount } = rows;
  const lengths = scratch(4 * batch);
  const bytes = (pointer: number, length: number) => new Uint8Array(memory.memory.buffer, pointer, length);
  for (let b = 0; b < batch; b++) {
    const labels = integers(memory, rows.labels + 4 * b * labelCount, labelCount);
    const real = bytes(rows.labelMask + b * labelCount, labelCount);
    const frames = bytes(rows.mask + b * time, time).reduce((sum, byte) => sum + Number(byte !== 0), 0);
    const length = checkLabels(labels, real, b, rows);
    if (mustFit) checkFit(labels.subarray(0, length), frames, b);
    integers(memory, lengths, batch)[b] = length;
  }
  return lengths;
}

function checkLabels(labels: Int32Array, real: Uint8Array, b: number, { blank, classes }: Rows): number {
  const gap = real.indexOf(0);
  const length = gap < 0 ? real.length : gap;
  if (real.subarray(length).some((byte) => byte !== 0)) {
    throw new DataError('ctcLoss', `sequence ${b} has real labels after one that is not`, {
      hint: 'the real labels of a row stand first',
    });
  }
  for (const [i, label] of labels.subarray(0, length).entries()) {
    if (label >= 0 && label < classes && label !== blank) continue;
    const problem = label === blank ? 'is the blank' : 'is out of range';
    throw new DataError('ctcLoss', `label ${label} at sequence ${b}, place ${i} ${problem}`, {
      hint: `labels are whole numbers from 0 to ${classes - 1} without the blank, ${blank}`,
    });
  }
  return length;
}

function checkFit(labels: Int32Array, frames: number, b: number): void {
  const repeats = labels.reduce((sum, label, i) => sum + Number(i > 0 && label === labels[i - 1]), 0);
  if (labels.length + repeats <= frames) return;
  const needs = `${labels.length} labels${repeats ? `, ${repeats} of them like the one before,` : ''} need ${labels.length + repeats} frames`;
  throw new DataError('ctcLoss', `sequence ${b}: ${needs}, but there are ${frames}`, {
    hint: "leave such sequences out, subsample time less, or set infeasible: 'zero'",
  });
}
