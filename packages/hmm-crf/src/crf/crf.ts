/** Neural conditional random field (Lafferty et al. 2001): the last layer of a tagger, with pytorch-crf's semantics. */
import { count, dims, knownOptions, Module, parameter, type Rng, type Sequence, uniform } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { LinearChain } from '../chain/linear-chain.js';
import { meanLoss } from '../chain/mean-loss.js';
import { type Constraints, checkConstraints } from '../constraints/constraints.js';

export interface CRFOptions {
  /** K: how many labels there are. */
  labelCount: number;
  /** Which labels may begin, follow each other and end, in training and in decoding. */
  allowed?: Constraints;
  rng?: Rng;
}

/**
 * Scores a path of labels by its emissions (from any network: [B,T,K]) and by learned potentials of beginning with a label, of going from
 * one label to the next, and of ending with one. Sequences may have holes: labels then follow each other across them.
 */
export class CRF extends Module {
  readonly labelCount: number;
  readonly initial: tf.Variable<tf.Rank.R1>; // [K]
  readonly transition: tf.Variable<tf.Rank.R2>; // [K from, K to]
  readonly final: tf.Variable<tf.Rank.R1>; // [K]
  readonly #allowed: Constraints;

  constructor(options: CRFOptions) {
    super();
    knownOptions('CRF', options, ['labelCount', 'allowed', 'rng']);
    const { allowed = {}, rng } = options;
    const K = count('CRF', 'labelCount', options.labelCount);
    knownOptions('CRF `allowed`', allowed, ['initial', 'transition', 'final']);
    checkConstraints('CRF', allowed, K);
    this.labelCount = K;
    this.#allowed = allowed;
    this.initial = parameter([K], uniform(0.1), rng);
    this.transition = parameter([K, K], uniform(0.1), rng);
    this.final = parameter([K], uniform(0.1), rng);
  }

  /** The mean of −log p(labels) over the sequences of the batch that have a real step: emissions [B,T,K], labels [B,T] int32. */
  loss(emissions: Sequence, labels: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => meanLoss(this.logLikelihood(emissions, labels), emissions.mask));
  }

  /** log p(labels | emissions) per sequence: [B,T,K] and [B,T] int32 → [B]. Labels at masked steps are not read; a forbidden path has −∞. Throws as LinearChain.score. */
  logLikelihood(emissions: Sequence, labels: tf.Tensor2D): tf.Tensor1D {
    return tf.tidy(() => this.chain(emissions).logProbability(labels));
  }

  /** The most probable labels (Viterbi): emissions [B,T,K] → [B,T] int32; −1 at masked steps, and everywhere in a sequence where no path is allowed. */
  decode(emissions: Sequence): tf.Tensor2D {
    return tf.tidy(() => this.chain(emissions).viterbi().path);
  }

  /** The probability of each label at each step: emissions [B,T,K] → [B,T,K]; 0 at masked steps. */
  marginals(emissions: Sequence): tf.Tensor3D {
    return tf.tidy(() => this.chain(emissions).marginals());
  }

  /** The chain that all answers come from, for any other question; it reads tensors made here: call it inside `tf.tidy`. */
  chain({ values, mask }: Sequence): LinearChain {
    dims('CRF', { emissions: [values, `B T ${this.labelCount}`], mask: [mask, 'B T'] });
    return new LinearChain({
      initial: this.initial as tf.Tensor1D,
      transition: this.transition as tf.Tensor2D,
      final: this.final as tf.Tensor1D,
      emission: values,
      mask,
    }).restrict(this.#allowed);
  }
}
