/** Every question that one asks of a chain of segments. */
import { detach, dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { pathScore } from '../../chain/path-score.js';
import { bestSegmentation } from './best-segmentation.js';
import { logPartition } from './log-partition.js';
import { type SegmentPotentials, type SegmentSizes, segmentSizes } from './segment-potentials.js';
import { type Segmentation, segmentEnds } from './segmentation.js';
import { sumOverSegments } from './sum-over-segments.js';

/**
 * A batch of chains of segments of up to L steps and K labels: see SegmentPotentials. A sequence without a real step has the log partition 0 and no
 * segment; one that allows no segmentation has −∞ and no gradient.
 */
export class SegmentChain {
  readonly sizes: SegmentSizes;
  readonly #potentials: SegmentPotentials;

  /** Throws a ShapeError where the potentials do not fit together. */
  constructor(potentials: SegmentPotentials) {
    this.sizes = segmentSizes('SegmentChain', potentials);
    this.#potentials = potentials;
  }

  /** log Σ exp over all segmentations: [B]. */
  logPartition(): tf.Tensor1D {
    return tf.tidy(() => logPartition(this.#potentials));
  }

  /**
   * The sum of the potentials of given segmentations: [B]; −∞ where a segment is longer than L. Throws a DataError on a label that is none; on backends
   * that cannot look without waiting (webgl, webgpu), the row's score is NaN.
   */
  score({ labels, begins }: Segmentation): tf.Tensor1D {
    const { B, T, L } = this.sizes;
    dims('SegmentChain.score', { labels: [labels, `${B} ${T}`], begins: [begins, `${B} ${T}`] });
    return tf.tidy(() => {
      const { initial, transition, final, segments } = this.#potentials;
      const { ends, lengths } = segmentEnds(begins, segments.mask);
      const own = tf.equal(tf.expandDims<tf.Tensor>(lengths, 2), tf.range(0, L, 1, 'int32')); // [B,T,L]
      // No gather: its gradient takes tfjs' cpu backend a pass over everything for each row.
      const chosen = tf.sum(tf.where(tf.expandDims(own, 3), segments.values as tf.Tensor, tf.scalar(0)), 2);
      const fits = tf.expandDims<tf.Tensor>(tf.less(lengths, tf.scalar(L, 'int32')), 2);
      const emission = tf.where(fits, chosen, tf.scalar(-Infinity)) as tf.Tensor3D;
      // The ends of segments, one after the other, are the steps of a chain.
      return pathScore({ initial, transition, final, emission, mask: ends }, labels);
    });
  }

  /** log p(segmentation): score − logPartition, [B]; −∞ without a gradient where it is impossible. Throws as `score`. */
  logProbability(segmentation: Segmentation): tf.Tensor1D {
    return tf.tidy(() => {
      const score = this.score(segmentation);
      const none = detach(score, (values) => tf.equal(values, -Infinity));
      return tf.where(none, score, tf.sub(score, this.logPartition())) as tf.Tensor1D;
    });
  }

  /** The probability of each segment, by its end, length and label: [B,T,L,K]; 0 at masked steps. */
  marginals(): tf.Tensor4D {
    return tf.tidy(() => {
      const { values, mask } = this.#potentials.segments;
      const total = (moved: tf.Tensor4D) =>
        tf.sum(logPartition({ ...this.#potentials, segments: { values: moved, mask } }));
      return tf.grad((moved: tf.Tensor) => total(moved as tf.Tensor4D))(values) as tf.Tensor4D;
    });
  }

  /** The probability that each step is in a segment of each label: [B,T,K]; 0 at masked steps. */
  labelMarginals(): tf.Tensor3D {
    const { B, T, L, K } = this.sizes;
    return tf.tidy(() => {
      const { values, mask } = this.#potentials.segments;
      const total = (extra: tf.Tensor3D) => {
        const moved = tf.add<tf.Tensor4D>(values, sumOverSegments({ values: extra, mask }, L).values);
        return tf.sum(logPartition({ ...this.#potentials, segments: { values: moved, mask } }));
      };
      return tf.grad((extra: tf.Tensor) => total(extra as tf.Tensor3D))(tf.zeros([B, T, K])) as tf.Tensor3D;
    });
  }

  /** The best segmentation and its score [B], with its gradient; labels are −1 at masked steps, and everywhere where no segmentation is possible. */
  viterbi(): Segmentation & { score: tf.Tensor1D } {
    return tf.tidy(() => {
      const { labels, begins } = bestSegmentation(this.#potentials);
      const score = this.score({ labels, begins });
      const possible = detach<tf.Tensor, tf.Tensor>(score, (values) => tf.expandDims(tf.greater(values, -Infinity), 1));
      const where = (x: tf.Tensor2D, none: number) =>
        tf.where(possible, x, tf.fill(x.shape, none, 'int32')) as tf.Tensor2D;
      return { labels: where(labels, -1), begins: tf.cast(where(begins, 0), 'bool'), score };
    });
  }
}
