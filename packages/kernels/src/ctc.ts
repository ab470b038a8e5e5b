/** Connectionist temporal classification: how improbable labels are, over all their alignments with the frames. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';

export interface CTCExports {
  ctcWorkspace(T: number, L: number): number;
  ctcLoss(
    ...parameters: [
      ...inputs: [logits: number, mask: number, labels: number, lengths: number, blank: number],
      ...outputs: [loss: number, gradient: number, row: number, workspace: number],
      ...sizes: [B: number, T: number, V: number, L: number],
    ]
  ): void;
}

/** Pointers to logits [batch,time,classes], mask [batch,time], one byte a frame, labels [batch,labelCount] int32 and how many of them count, [batch] int32. */
export interface CTCLoss {
  logits: number;
  mask: number;
  labels: number;
  lengths: number;
  blank: number;
  batch: number;
  time: number;
  classes: number;
  labelCount: number;
}

/**
 * loss [batch] = −log p(labels | logits) of each row, ∞ where no alignment is possible; with `gradient`, its place, also the gradient
 * [batch,time,classes] of each row's loss. Labels that count must be classes other than `blank`. Graves et al., ICML 2006.
 */
export function ctcLoss({ exports, memory }: Kernels, call: CTCLoss, loss: number, gradient?: number): void {
  const { logits, mask, labels, lengths, blank, batch, time, classes, labelCount } = call;
  scope(memory, (allocate) => {
    const row = gradient === undefined ? allocate(4 * classes) : 0;
    const workspace = allocate(exports.ctcWorkspace(time, labelCount));
    const sizes = [batch, time, classes, labelCount] as const;
    exports.ctcLoss(logits, mask, labels, lengths, blank, loss, gradient ?? 0, row, workspace, ...sizes);
  });
}
