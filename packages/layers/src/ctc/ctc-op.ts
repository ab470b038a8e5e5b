/** The CTC loss as an op: in tf ops the forward recursion over states, blanks and labels in turn, and the tape goes back. */
import type { Attributes, Op } from '@seqloom/core';
import { defineOp, detach, keepWhere, logSumExp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { stepsOf } from '../recurrent/unroll.js';
import { ctcKernels } from './ctc-kernels.js';

export interface CTCAttributes extends Attributes {
  readonly blank: number;
  readonly infeasible: 'error' | 'zero';
}

type Inputs = 'logits' | 'mask' | 'labels' | 'labelMask';

/** Stands for −∞, and is safe to add, to subtract and to multiply with 0; webgl's max sees nothing below −1e20, which its sums stay above. */
const never = -1e15;

/** logits [B,T,V], mask [B,T] bool, labels [B,L] int32, labelMask [B,L] bool → −log p [B]; fused, the gradient is computed on the way. */
export const ctcOp: Op<Inputs, CTCAttributes> = defineOp<Inputs, CTCAttributes>({
  name: 'CTCLoss',
  inputs: ['logits', 'mask', 'labels', 'labelMask'],
  workspaces: 1,
  fused: ctcKernels,
  composed({ logits, mask, labels, labelMask }, { blank, infeasible }) {
    const V = logits.shape[2]!;
    const states = statesOf(labels, labelMask, blank);
    const chosen = tf.cast(
      tf.equal(tf.expandDims(states.ids, 1), tf.reshape(tf.range(0, V, 1, 'int32'), [1, V, 1])),
      'float32',
    );
    const scores = tf.matMul(logSoftmax(keepWhere(mask, logits)), chosen); // [B,T,S]
    const found = recursion(tf.add(scores, tf.expandDims(states.closed, 1)) as tf.Tensor3D, mask, states);
    const impossible = detach(found, (x) => tf.greater(x, -0.1 * never));
    if (infeasible === 'zero')
      return [tf.add(tf.where(impossible, tf.zerosLike(found), found), wrong(labels, labelMask, blank, V))];
    const loss = tf.where(impossible, tf.fill(found.shape, Infinity), found);
    const penalty = tf.add(wrong(labels, labelMask, blank, V), nanWhere(tooMany(states, labelMask, mask)));
    return [tf.add(loss, penalty)];
  },
});

interface States {
  /** The class of each state [B,S]: blank, label, blank, label … blank. */
  ids: tf.Tensor2D;
  /** 0 where the blank before a label may be left out [B,S], else far below. */
  skip: tf.Tensor2D;
  /** 0 at states of real labels and the blanks around them [B,S], else far below. */
  closed: tf.Tensor2D;
  /** 0 at the last label and the blank after it [B,S], else far below. */
  last: tf.Tensor2D;
  /** Labels that are like the one before, of each row [B]. */
  repeats: tf.Tensor1D;
}

function statesOf(labels: tf.Tensor, labelMask: tf.Tensor, blank: number): States {
  const [B, L] = labels.shape as [number, number];
  const S = 2 * L + 1;
  const between = (first: tf.Tensor, second: tf.Tensor) => tf.reshape(tf.stack([first, second], 2), [B, 2 * L]);
  const real = tf.cast(labelMask, 'float32');
  const before = tf.slice(
    tf.pad(
      labels,
      [
        [0, 0],
        [1, 0],
      ],
      -1,
    ),
    [0, 0],
    [B, L],
  );
  const repeated = tf.mul(tf.cast(tf.equal(labels, before), 'float32'), real);
  const blanks = tf.fill([B, L], blank, 'int32');
  const ids = tf.concat([between(blanks, labels), tf.fill([B, 1], blank, 'int32')], 1) as tf.Tensor2D;
  const mayNotSkip = tf.concat([between(tf.onesLike(real), repeated), tf.ones([B, 1])], 1);
  const end = tf.mul(2, tf.sum(real, 1, true)); // [B,1]
  const places = tf.expandDims(tf.range(0, S), 0);
  const farUnless = (is: tf.Tensor) => tf.mul(tf.sub(1, tf.cast(is, 'float32')), never) as tf.Tensor2D;
  const atEnd = tf.logicalAnd(tf.lessEqual(places, end), tf.greaterEqual(places, tf.sub(end, 1)));
  return {
    ids,
    skip: tf.mul(mayNotSkip, never),
    closed: farUnless(tf.lessEqual(places, end)),
    last: farUnless(atEnd),
    repeats: tf.sum(repeated, 1),
  };
}

/** −log Σ over alignments of exp(scores [B,T,S]): messages are kept relative to the largest of each row, so that none is rounded away. */
function recursion(scores: tf.Tensor3D, mask: tf.Tensor, { skip, last }: States): tf.Tensor1D {
  const [B, , S] = scores.shape;
  const real = tf.split(tf.cast(mask, 'float32'), mask.shape[1]!, 1); // T times [B,1]
  let alpha = tf.pad(
    tf.zeros<tf.Rank.R2>([B, 1]),
    [
      [0, 0],
      [0, S - 1],
    ],
    never,
  ); // before the first frame
  let offset = tf.zeros([B, 1]);
  for (const [t, score] of stepsOf(scores).entries()) {
    const wide = tf.pad(
      alpha,
      [
        [0, 0],
        [2, 0],
      ],
      never,
    );
    const [one, two] = [1, 0].map((start) => tf.slice(wide, [0, start], [B, S])) as [tf.Tensor2D, tf.Tensor2D];
    const moved = tf.add(logSumExp(tf.stack([alpha, one, tf.add(two, skip)]), 0), score);
    const next = tf.add(tf.mul(moved, real[t]!), tf.mul(alpha, tf.sub(1, real[t]!)));
    const top = detach(next, (x) => tf.max(x, 1, true));
    alpha = tf.sub(next, top);
    offset = tf.add(offset, top);
  }
  return tf.neg(tf.add(tf.squeeze(offset, [1]), logSumExp(tf.add(alpha, last), 1)));
}

/** log softmax, at least `never`, so that it may be multiplied with 0; twice differentiable, which tfjs' is not. */
function logSoftmax(x: tf.Tensor): tf.Tensor3D {
  const logs = tf.sub(x, logSumExp(x, -1, true)) as tf.Tensor3D;
  return tf.where(
    detach(logs, (y) => tf.less(y, never)),
    tf.fill(logs.shape, never),
    logs,
  );
}

/** Rows [B] whose labels need more frames than there are. */
function tooMany({ repeats }: States, labelMask: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const [labels, frames] = [labelMask, mask].map((each) => tf.sum(tf.cast(each, 'float32'), 1)) as [
    tf.Tensor,
    tf.Tensor,
  ];
  return tf.less(frames, tf.add(labels, repeats));
}

/** NaN for rows [B] with a real label that is no class or blank, or a real label after one that is not; else 0. */
function wrong(labels: tf.Tensor, labelMask: tf.Tensor, blank: number, V: number): tf.Tensor {
  const [B, L] = labels.shape as [number, number];
  const outside = tf.logicalOr(tf.less(labels, 0), tf.greaterEqual(labels, V));
  const bad = tf.logicalAnd(labelMask, tf.logicalOr(outside, tf.equal(labels, blank)));
  const real = tf.cast(labelMask, 'int32');
  const gap = tf.greater(
    real,
    tf.slice(
      tf.pad(
        real,
        [
          [0, 0],
          [1, 0],
        ],
        1,
      ),
      [0, 0],
      [B, L],
    ),
  );
  return nanWhere(tf.any(tf.logicalOr(bad, gap), 1));
}

function nanWhere(rows: tf.Tensor): tf.Tensor {
  return tf.where(rows, tf.fill(rows.shape, Number.NaN), tf.zeros(rows.shape));
}
