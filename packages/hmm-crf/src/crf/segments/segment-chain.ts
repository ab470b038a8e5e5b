/** Every question that one asks of a chain of segments. */
import { count, defaultRng, detach, dims, type Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { pathScore } from '../../chain/path-score.js';
import { countingSemiring } from '../../chain/semirings/counting.js';
import { entropySemiring } from '../../chain/semirings/entropy.js';
import { bestSegmentation } from './best-segmentation.js';
import { logPartition } from './log-partition.js';
import { type SegmentPotentials, type SegmentSizes, segmentSizes } from './segment-potentials.js';
import { segmentSum } from './segment-sum.js';
import { type Segmentation, type Segmentations, segmentEnds } from './segmentation.js';
import { bestSegmentations, drawnSegmentations, type SeveralSegmentations } from './several-segmentations.js';
import { sumOverSegments } from './sum-over-segments.js';

/** So many segmentations of each sequence are scored at once: potentials are copied for each. */
const together = 16;

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
  /**
   * The k best segmentations, best first, and their scores [B,k], with their gradient: labels −1 and scores −∞ behind the last possible one. Throws an
   * OptionError unless k ≥ 1.
   */
  kBest(k: number): Segmentations {
    count('SegmentChain.kBest', 'k', k);
    return tf.tidy(() => this.#scored(bestSegmentations(this.#potentials, k)));
  }

  /** n segmentations per sequence drawn independently, each with its probability, and their scores [B,n]; labels −1 where none is possible. */
  sample(n: number, rng: Rng = defaultRng): Segmentations {
    count('SegmentChain.sample', 'n', n);
    return tf.tidy(() => this.#scored(drawnSegmentations(this.#potentials, n, rng)));
  }

  /** −Σ p log p over all segmentations, in nats: [B]; 0 where none is possible. */
  entropy(): tf.Tensor1D {
    return segmentSum(entropySemiring, this.#potentials);
  }

  /** log of how many segmentations are possible: [B]. */
  logSegmentationCount(): tf.Tensor1D {
    return segmentSum(countingSemiring, this.#potentials);
  }

  /** Of n segmentations of each sequence [B,n,T]: [B,n]. */
  #scores(labels: tf.Tensor3D, begins: tf.Tensor3D): tf.Tensor {
    const [B, n, T] = labels.shape;
    const { segments, ...rest } = this.#potentials;
    const copies = (x: tf.Tensor) => {
      const rows = tf.reshape(x, [B, 1, x.size / B]); // tfjs' tile has no gradient of higher ranks
      return tf.reshape(tf.tile(rows, [1, n, 1]), [B * n, ...x.shape.slice(1)]);
    };
    const values = copies(segments.values) as tf.Tensor4D;
    const all = new SegmentChain({ ...rest, segments: { values, mask: copies(segments.mask) as tf.Tensor2D } });
    const flat = (x: tf.Tensor3D) => tf.reshape<tf.Rank.R2>(x, [B * n, T]);
    return tf.reshape(all.score({ labels: flat(labels), begins: flat(begins) }), [B, n]);
  }

  #scored({ labels, begins, possible }: SeveralSegmentations): Segmentations {
    const n = labels.shape[1];
    const found: tf.Tensor[] = [];
    for (let from = 0; from < n; from += together) {
      const [own, starts] = [labels, begins].map((x) => tf.slice(x, [0, from], [-1, Math.min(together, n - from)]));
      found.push(this.#scores(own as tf.Tensor3D, starts as tf.Tensor3D));
    }
    const scores = tf.concat(found, 1);
    const none = tf.logicalNot(tf.expandDims(possible, 2));
    return {
      labels: tf.where(none, tf.fill(labels.shape, -1, 'int32'), labels) as tf.Tensor3D,
      begins: tf.cast(tf.where(none, tf.zerosLike(begins), begins), 'bool') as tf.Tensor3D,
      scores: tf.where(possible, scores, tf.fill(scores.shape, -Infinity)) as tf.Tensor2D,
    };
  }
}
