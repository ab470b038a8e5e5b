/** Semi-Markov conditional random field (Sarawagi and Cohen 2004): labels are those of whole segments, and a segment can be judged as a whole. */
import { count, dims, knownOptions, Module, parameter, type Rng, uniform, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { meanLoss } from '../../chain/mean-loss.js';
import { restricted } from '../../chain/restriction.js';
import { type Constraints, checkConstraints } from '../../constraints/constraints.js';
import { SegmentChain } from './segment-chain.js';
import type { SegmentScores } from './segment-potentials.js';
import type { Segmentation, Segmentations } from './segmentation.js';

export interface SemiMarkovCRFOptions {
  /** K: how many labels there are. */
  labelCount: number;
  /** L: how many steps a segment has at most. */
  maxLength: number;
  /** Which labels may begin, follow each other and end, in training and in decoding. */
  allowed?: Constraints;
  rng?: Rng;
}

/**
 * Scores a segmentation by the scores of its segments (from any network, [B,T,L,K], or `sumOverSegments(emissions, L)`), by learned potentials of the
 * length of a segment of each label, and of labels beginning, following each other and ending. With L = 1 it is a CRF. Sequences may have holes.
 */
export class SemiMarkovCRF extends Module {
  readonly labelCount: number;
  readonly maxLength: number;
  readonly initial: tf.Variable<tf.Rank.R1>; // [K]
  readonly transition: tf.Variable<tf.Rank.R2>; // [K from, K to]
  readonly final: tf.Variable<tf.Rank.R1>; // [K]
  readonly length: tf.Variable<tf.Rank.R2>; // [L,K]
  readonly #allowed: Constraints;

  constructor(options: SemiMarkovCRFOptions) {
    super();
    knownOptions('SemiMarkovCRF', options, ['labelCount', 'maxLength', 'allowed', 'rng']);
    const { allowed = {}, rng } = options;
    const K = count('SemiMarkovCRF', 'labelCount', options.labelCount);
    this.maxLength = count('SemiMarkovCRF', 'maxLength', options.maxLength);
    knownOptions('SemiMarkovCRF `allowed`', allowed, ['initial', 'transition', 'final']);
    checkConstraints('SemiMarkovCRF', allowed, K);
    this.labelCount = K;
    this.#allowed = allowed;
    this.initial = parameter([K], uniform(0.1), rng);
    this.transition = parameter([K, K], uniform(0.1), rng);
    this.final = parameter([K], uniform(0.1), rng);
    this.length = parameter([this.maxLength, K], zeros, rng);
  }

  /** The mean of −log p(segmentation) over the sequences of the batch that have a real step; ∞ where a segment is longer than L. */
  loss(segments: SegmentScores, segmentation: Segmentation): tf.Scalar {
    return tf.tidy(() => meanLoss(this.logLikelihood(segments, segmentation), segments.mask));
  }

  /** log p(segmentation) per sequence: [B]; −∞ where it is forbidden or a segment is longer than L. Throws as SegmentChain.score. */
  logLikelihood(segments: SegmentScores, segmentation: Segmentation): tf.Tensor1D {
    return tf.tidy(() => this.chain(segments).logProbability(segmentation));
  }

  /** The most probable segmentation: labels −1 at masked steps, and everywhere in a sequence where none is allowed. */
  decode(segments: SegmentScores): Segmentation {
    return tf.tidy(() => {
      const { labels, begins } = this.chain(segments).viterbi();
      return { labels, begins };
    });
  }

  /** The k most probable segmentations, best first: labels and begins [B,k,T], and probabilities [B,k], 0 behind the last that is possible. */
  kBest(segments: SegmentScores, k: number): Omit<Segmentations, 'scores'> & { probabilities: tf.Tensor2D } {
    return tf.tidy(() => {
      const chain = this.chain(segments);
      const { scores, ...found } = chain.kBest(k);
      return { ...found, probabilities: probabilityOf(scores, chain.logPartition()) };
    });
  }

  /** n segmentations per sequence drawn independently, each with its probability: labels and begins [B,n,T], probabilities [B,n]. */
  sample(
    segments: SegmentScores,
    n: number,
    rng?: Rng,
  ): Omit<Segmentations, 'scores'> & { probabilities: tf.Tensor2D } {
    return tf.tidy(() => {
      const chain = this.chain(segments);
      const { scores, ...found } = chain.sample(n, rng);
      return { ...found, probabilities: probabilityOf(scores, chain.logPartition()) };
    });
  }

  /** The probability of each segment, by its end, length and label: [B,T,L,K]. */
  marginals(segments: SegmentScores): tf.Tensor4D {
    return tf.tidy(() => this.chain(segments).marginals());
  }

  /** The chain that all answers come from; it reads tensors made here: call it inside `tf.tidy`. */
  chain({ values, mask }: SegmentScores): SegmentChain {
    const { B, T } = dims('SemiMarkovCRF', {
      segments: [values, `B T ${this.maxLength} ${this.labelCount}`],
      mask: [mask, 'B T'],
    });
    const { initial, transition, final } = restricted(
      {
        ...(this as { initial: tf.Tensor1D; transition: tf.Tensor2D; final: tf.Tensor1D }),
        ...{ emission: tf.zeros<tf.Rank.R3>([B, T, this.labelCount]), mask },
      },
      this.#allowed,
    ) as { initial: tf.Tensor1D; transition: tf.Tensor2D; final: tf.Tensor1D };
    return new SegmentChain({ initial, transition, final, segments: { values: tf.add(values, this.length), mask } });
  }
}

/** exp(scores [B,n] − logPartition [B]), 0 where a score is −∞. */
function probabilityOf(scores: tf.Tensor2D, logPartition: tf.Tensor1D): tf.Tensor2D {
  const impossible = tf.equal(scores, -Infinity);
  return tf.where(
    impossible,
    tf.zerosLike(scores),
    tf.exp(tf.sub(scores, tf.expandDims(logPartition, 1))),
  ) as tf.Tensor2D;
}
