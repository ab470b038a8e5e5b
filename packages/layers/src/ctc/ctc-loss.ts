/** Connectionist temporal classification: labels without their places in time. */
import type { Sequence } from '@seqloom/core';
import { asMask, count, dims, knownOptions, OptionError, oneOf } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { notEmpty } from '../sequence-shape.js';
import { ctcOp } from './ctc-op.js';

/** The labels of a batch: ids [B,L] int32 and mask [B,L], 1 = real; the real ones of a row stand first, what follows may be any number. */
export interface CTCLabels {
  readonly ids: tf.Tensor2D;
  readonly mask: tf.Tensor2D;
}

export interface CTCOptions {
  /** The class that stands for no label, 0 unless told. */
  blank?: number;
  /** What a row with more labels than its frames can hold is: an error (unless told), or a loss of 0 without a gradient. */
  infeasible?: 'error' | 'zero';
}

/**
 * −log p(labels | logits) of each row, summed over all alignments: logits [B,T,V] with their mask [B,T], labels [B,L] → [B]. Masked frames are
 * left out, wherever they are, and not read. A row needs a frame for each label and one more between equal neighbours. The loss is Infinity, and
 * its gradient 0, where −∞ among the logits leaves no alignment, and NaN where a logit is. Throws ShapeError and OptionError, and a
 * DataError on labels that are no class or blank, or too many for their frames; on backends that cannot look without waiting
 * (webgl, webgpu), the loss of such a row is NaN. Graves et al., "Connectionist temporal classification", ICML 2006.
 */
export function ctcLosses(logits: Sequence, labels: CTCLabels, options: CTCOptions = {}): tf.Tensor1D {
  const where = 'ctcLosses';
  knownOptions(where, options, ['blank', 'infeasible']);
  const { V } = dims(where, {
    'logits.values': [logits?.values, 'B T V'],
    'logits.mask': [logits?.mask, 'B T'],
    'labels.ids': [labels?.ids, 'B L'],
    'labels.mask': [labels?.mask, 'B L'],
  });
  notEmpty(where, 'logits', logits.values);
  const blank = blankOf(where, options.blank, V);
  const infeasible = oneOf(where, 'infeasible', options.infeasible ?? 'error', ['error', 'zero']);
  const inputs = {
    logits: logits.values,
    mask: asMask(logits.mask),
    labels: atLeastOne(tf.cast(labels.ids, 'int32')),
    labelMask: asMask(atLeastOne(labels.mask)),
  };
  return ctcOp(inputs, { blank, infeasible })[0] as tf.Tensor1D;
}

/** The mean over rows of `ctcLosses` divided by each row's number of labels (at least 1), as PyTorch's `reduction='mean'`. */
export function ctcLoss(logits: Sequence, labels: CTCLabels, options: CTCOptions = {}): tf.Scalar {
  const losses = ctcLosses(logits, labels, options);
  const lengths = tf.sum(tf.cast(asMask(labels.mask), 'float32'), 1);
  return tf.mean(tf.div(losses, tf.maximum(lengths, 1)));
}

/** The class that stands for no label. Throws OptionError unless it is one of V. */
export function blankOf(where: string, blank: number | undefined, V: number): number {
  const id = count(where, 'blank', blank ?? 0, 0);
  if (id < V) return id;
  throw new OptionError(where, `\`blank\` is ${id}, but there are ${V} classes, from 0 to ${V - 1}`);
}

/** Tensors without elements are not for kernels: rows without labels get a place for one that is not real. */
function atLeastOne(x: tf.Tensor2D): tf.Tensor2D {
  return x.shape[1] > 0 ? x : tf.zeros([x.shape[0], 1], x.dtype);
}
