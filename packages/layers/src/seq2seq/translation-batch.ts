/** What an encoder–decoder reads, and what it learns to say. */
import { dims, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { canLook } from '../losses/real-targets.js';
import { notEmpty } from '../sequence-shape.js';

/** Token ids to read, and which of them are real (all, unless told). */
export interface SourceBatch {
  source: tf.Tensor2D; // [B,S] int32
  sourceMask?: tf.Tensor2D; // [B,S]
}

/** A pair of sides; `target` begins with the start symbol and ends with the end symbol. */
export interface TranslationBatch extends SourceBatch {
  target: tf.Tensor2D; // [B,T] int32
  targetMask?: tf.Tensor2D; // [B,T]
  /** What the decoder reads in a loss, in place of `target` (`scheduledSampling`). */
  read?: tf.Tensor2D; // [B,T] int32
}

/** Throws ShapeError unless all sides fit and none is empty; returns the sizes of `target`. */
export function checkTranslation(where: string, batch: TranslationBatch): { B: number; T: number } {
  const { source, sourceMask, target, targetMask, read } = batch;
  const sizes = dims(where, {
    source: [source, 'B S'],
    sourceMask: [sourceMask ?? source, 'B S'],
    target: [target, 'B T'],
    targetMask: [targetMask ?? target, 'B T'],
    read: [read ?? target, 'B T'],
  });
  notEmpty(where, 'source', source);
  notEmpty(where, 'target', target);
  return sizes;
}

/** For a loss: the batch whose target is what the decoder reads [B,T−1], the symbols after each [B,T−1], and which of them count [B,T−1]. */
export function taught<Batch extends TranslationBatch>(
  where: string,
  batch: Batch,
): { given: Batch; next: tf.Tensor2D; mask: tf.Tensor2D } {
  const { B, T } = checkTranslation(where, batch);
  if (T < 2) throw new ShapeError(where, '`target` must be at least the start and one more symbol long');
  if (batch.targetMask) checkWhole(where, batch.targetMask, T);
  const from = (tensor: tf.Tensor2D, t: number) => tf.slice(tensor, [0, t], [B, T - 1]);
  const mask = batch.targetMask ? from(batch.targetMask, 1) : tf.ones<tf.Rank.R2>([B, T - 1], 'bool');
  const target = from(batch.read ?? batch.target, 0);
  return { given: { ...batch, target, targetMask: mask, read: undefined }, next: from(batch.target, 1), mask };
}

/** Throws ShapeError where a row is not real from its start to its end, as far as that can be seen without waiting: what comes next would be padding. */
function checkWhole(where: string, mask: tf.Tensor2D, T: number): void {
  if (!canLook()) return;
  const real = mask.dataSync();
  const wrong = real.findIndex((bit, i) => i % T > 0 && bit !== 0 && real[i - 1] === 0);
  if (wrong < 0) return;
  const place = `sequence ${Math.floor(wrong / T)}, step ${wrong % T}`;
  throw new ShapeError(
    where,
    `\`targetMask\` must be 1 from the start of a row and then 0, but at ${place} it begins anew`,
    {
      hint: 'put the padding of targets at their end',
    },
  );
}
