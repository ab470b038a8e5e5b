/** Neural conditional random field (Lafferty et al. 2001): the last layer of a tagger, with pytorch-crf's semantics. */
import { count, dims, knownOptions, parameter, type Rng, type Sequence, uniform } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import { restricted } from '../chain/restriction.js';
import { type Constraints, checkConstraints } from '../constraints/constraints.js';
import { ChainCRF } from './chain-crf.js';

export interface CRFOptions {
  /** K: how many labels there are. */
  labelCount: number;
  /** Which labels may begin, follow each other and end, in training and in decoding. */
  allowed?: Constraints;
  rng?: Rng;
}

/**
 * Scores a path of labels by its emissions (from any network: [B,T,K]) and by learned potentials of beginning with a label, of going from
 * one label to the next, and of ending with one.
 */
export class CRF extends ChainCRF {
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

  potentials({ values, mask }: Sequence): ChainPotentials {
    dims('CRF', { emissions: [values, `B T ${this.labelCount}`], mask: [mask, 'B T'] });
    const { initial, transition, final } = this;
    return restricted({ initial, transition, final, emission: values, mask } as ChainPotentials, this.#allowed);
  }

  states(labels: tf.Tensor2D): tf.Tensor2D {
    return labels;
  }
}
