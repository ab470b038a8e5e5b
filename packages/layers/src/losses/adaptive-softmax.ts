/** Softmax over large vocabularies in clusters: frequent classes are decided at once, rare ones in smaller spaces, and only where they occur. */
import type { Rng, Sequence } from '@seqloom/core';
import {
  asMask,
  count,
  dims,
  keepWhere,
  knownOptions,
  logSumExp,
  Module,
  OptionError,
  show,
  within,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { notEmpty } from '../sequence-shape.js';
import { maskedCrossEntropy } from './masked-cross-entropy.js';
import { canLook, realTargets } from './real-targets.js';

export interface AdaptiveSoftmaxOptions {
  inputSize: number;
  vocabularySize: number;
  /** Rising ids at which clusters begin, of a vocabulary sorted by falling frequency: the classes below the first are decided at once. */
  cutoffs: readonly number[];
  /** By how much each cluster's space is smaller than the one's before, 4 unless told. */
  divisor?: number;
  /** Whether the first decision has a bias; false unless told. */
  headBias?: boolean;
  rng?: Rng;
}

/** A cluster: the input in a smaller space, and the classes' logits there. */
class Cluster extends Module {
  readonly project: Linear;
  readonly classes: Linear;

  constructor(inputSize: number, size: number, outputSize: number, rng: Rng | undefined) {
    super();
    this.project = new Linear({ inputSize, outputSize: size, bias: false, ...(rng && { rng }) });
    this.classes = new Linear({ inputSize: size, outputSize, bias: false, ...(rng && { rng }) });
  }

  /** rows [N,D] → logits [N,classes]. */
  logits(rows: tf.Tensor2D): tf.Tensor2D {
    return this.classes.forward(this.project.forward(rows));
  }
}

/** An output layer with its loss, log-probabilities and predictions; the same as PyTorch's AdaptiveLogSoftmaxWithLoss. arXiv:1609.04309 */
export class AdaptiveSoftmax extends Module {
  readonly inputSize: number;
  readonly vocabularySize: number;
  readonly head: Linear;
  readonly clusters: readonly Cluster[];
  readonly #cutoffs: readonly number[];

  constructor(options: AdaptiveSoftmaxOptions) {
    super();
    const where = 'AdaptiveSoftmax';
    knownOptions(where, options, ['inputSize', 'vocabularySize', 'cutoffs', 'divisor', 'headBias', 'rng']);
    const { inputSize, vocabularySize, cutoffs, divisor = 4, headBias = false, rng } = options;
    this.inputSize = count(where, 'inputSize', inputSize);
    this.vocabularySize = count(where, 'vocabularySize', vocabularySize);
    within(where, 'divisor', divisor, 1);
    const ends = [...(Array.isArray(cutoffs) ? cutoffs : []), vocabularySize];
    if (ends.length < 2 || ends.some((end, i) => !Number.isInteger(end) || end <= (ends[i - 1] ?? 0))) {
      const hint = `whole numbers between 0 and ${vocabularySize}, each above the one before`;
      throw new OptionError(where, `\`cutoffs\` cannot be ${show(cutoffs)}`, { hint });
    }
    this.#cutoffs = ends;
    const shortlist = ends[0]!;
    const outputSize = shortlist + ends.length - 1;
    this.head = new Linear({ inputSize, outputSize, bias: headBias, ...(rng && { rng }) });
    this.clusters = ends.slice(1).map((end, i) => {
      const size = Math.max(1, Math.floor(inputSize / divisor ** (i + 1)));
      return new Cluster(inputSize, size, end - ends[i]!, rng);
    });
  }

  /**
   * The mean of −log p(target) over real positions: x [B,T,D] with its mask, targets [B,T] int32 → scalar. On cpu and wasm a cluster sees only the
   * positions whose target it holds. Throws ShapeError, and DataError on a target that is no class; on backends that cannot look
   * without waiting (webgl, webgpu) the loss is NaN.
   */
  loss(x: Sequence, targets: tf.Tensor2D): tf.Scalar {
    const where = 'AdaptiveSoftmax.loss';
    const shapes = { 'x.values': [x?.values, `B T ${this.inputSize}`], 'x.mask': [x?.mask, 'B T'] } as const;
    dims(where, { ...shapes, targets: [targets, 'B T'] });
    notEmpty(where, 'x.values', x.values);
    const mask = asMask(x.mask);
    const { safe, penalty } = realTargets(where, targets, mask, this.vocabularySize);
    const rows = tf.reshape(keepWhere(mask, x.values), [-1, this.inputSize]) as tf.Tensor2D;
    const real = tf.reshape<tf.Rank.R1>(mask, [-1]);
    const total = tf.maximum(tf.sum(tf.cast(real, 'float32')), 1);
    const losses = this.clusters.map((cluster, i) => {
      const [start, end] = [this.#cutoffs[i]!, this.#cutoffs[i + 1]!];
      const here = tf.logicalAnd(real, tf.logicalAnd(tf.greaterEqual(safe, start), tf.less(safe, end)));
      return tf.div(clusterLoss(cluster, rows, tf.sub(safe, start), here as tf.Tensor1D), total);
    });
    const first = meanLoss(this.head.forward(rows), this.#headTargets(safe), real);
    return tf.addN([first, penalty, ...losses]) as tf.Scalar;
  }

  /** x [B,T,D] → log p of every class [B,T,V]. Throws ShapeError. */
  logProbabilities(x: tf.Tensor3D): tf.Tensor3D {
    const where = 'AdaptiveSoftmax.logProbabilities';
    const { B, T } = dims(where, { x: [x, `B T ${this.inputSize}`] }) as { B: number; T: number };
    const rows = tf.reshape<tf.Rank.R2>(x, [B * T, this.inputSize]);
    const sizes = [this.#cutoffs[0]!, ...this.clusters.map(() => 1)];
    const [shortlist, ...shares] = tf.split(logSoftmax(this.head.forward(rows)), sizes, 1) as tf.Tensor2D[];
    const rest = this.clusters.map((cluster, i) => tf.add(logSoftmax(cluster.logits(rows)), shares[i]!));
    return tf.reshape(tf.concat([shortlist!, ...rest], 1), [B, T, this.vocabularySize]);
  }

  /** x [B,T,D] → the most probable class of each position [B,T] int32. Throws ShapeError. */
  predict(x: tf.Tensor3D): tf.Tensor2D {
    return tf.argMax(this.logProbabilities(x), 2) as tf.Tensor2D;
  }

  /** Classes of the shortlist as they are, then a class for each cluster. */
  #headTargets(ids: tf.Tensor1D): tf.Tensor1D {
    const shortlist = this.#cutoffs[0]!;
    const beyond = this.#cutoffs.slice(0, -1).map((start) => tf.cast(tf.greaterEqual(ids, start), 'int32'));
    const cluster = tf.addN(beyond); // 0 in the shortlist, then 1, 2 …
    const frequent = tf.less(ids, shortlist);
    return tf.where(frequent, ids, tf.add(cluster, tf.scalar(shortlist - 1, 'int32'))) as tf.Tensor1D;
  }
}

/** Σ −log p over the rows [N,D] that are `here`: only those are looked at, where that can be known. */
function clusterLoss(cluster: Cluster, rows: tf.Tensor2D, ids: tf.Tensor1D, here: tf.Tensor1D): tf.Scalar {
  const many = tf.sum(tf.cast(here, 'float32'));
  if (!canLook()) return tf.mul(meanLoss(cluster.logits(rows), ids, here), many);
  const places = Array.from(here.dataSync()).flatMap((yes, n) => (yes ? [n] : []));
  if (places.length === 0) return tf.scalar(0);
  const chosen = tf.tensor1d(places, 'int32');
  const logits = cluster.logits(tf.gather(rows, chosen));
  return tf.mul(meanLoss(logits, tf.gather(ids, chosen), tf.ones([places.length], 'bool')), many);
}

/** Mean cross-entropy over the real rows: logits [N,V], ids [N], real [N]. */
function meanLoss(logits: tf.Tensor2D, ids: tf.Tensor1D, real: tf.Tensor1D): tf.Scalar {
  const [values, targets, mask] = [logits, ids, real].map((each) => tf.expandDims(each as tf.Tensor, 0));
  return maskedCrossEntropy(values as tf.Tensor3D, targets as tf.Tensor2D, mask as tf.Tensor2D);
}

function logSoftmax(x: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(x, logSumExp(x, 1, true));
}
