/** What every conditional random field answers whose paths are those of a linear chain, of whatever order. */
import { Module, type Rng, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../chain/chain-potentials.js';
import { LinearChain } from '../chain/linear-chain.js';
import { meanLoss } from '../chain/mean-loss.js';

/**
 * A CRF (Lafferty et al. 2001) over the emissions of any network, [B,T,K]: subclasses say what potentials a chain of states has. A state s stands
 * for the label s mod K. Sequences may have holes: labels then follow each other across them. Emissions of −∞ forbid: see `restrict`.
 */
export abstract class ChainCRF extends Module {
  abstract readonly labelCount: number;

  /** The chain's potentials, for any question at all. */
  abstract potentials(emissions: Sequence): ChainPotentials;

  /** The states [B,T] that stand for labels [B,T] int32; what is at masked steps does not matter. */
  abstract states(labels: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D;

  /** The mean of −log p(labels) over the sequences of the batch that have a real step: emissions [B,T,K], labels [B,T] int32. */
  loss(emissions: Sequence, labels: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => meanLoss(this.logLikelihood(emissions, labels), emissions.mask));
  }

  /** log p(labels | emissions) per sequence: [B,T,K] and [B,T] int32 → [B]. Labels at masked steps are not read; a forbidden path has −∞. Throws as LinearChain.score. */
  logLikelihood(emissions: Sequence, labels: tf.Tensor2D): tf.Tensor1D {
    return tf.tidy(() => this.chain(emissions).logProbability(this.states(labels, emissions.mask)));
  }

  /** log Σ exp of the scores of all paths that are not forbidden: [B]. */
  logPartition(emissions: Sequence): tf.Tensor1D {
    return tf.tidy(() => this.chain(emissions).logPartition());
  }

  /** The sum of the potentials along the labels [B,T] int32: [B]. Throws as LinearChain.score. */
  score(emissions: Sequence, labels: tf.Tensor2D): tf.Tensor1D {
    return tf.tidy(() => this.chain(emissions).score(this.states(labels, emissions.mask)));
  }

  /** The most probable labels (Viterbi): emissions [B,T,K] → [B,T] int32; −1 at masked steps, and everywhere in a sequence where no path is allowed. */
  decode(emissions: Sequence): tf.Tensor2D {
    return tf.tidy(() => this.#labels(this.chain(emissions).viterbi().path));
  }

  /** The score of the most probable labels, [B], with its gradient. */
  bestScore(emissions: Sequence): tf.Tensor1D {
    return tf.tidy(() => this.chain(emissions).viterbi().score);
  }

  /**
   * The k most probable labellings, best first: labels [B,k,T] int32 and their probabilities [B,k]; −1 and 0 behind the last that is possible. Throws an
   * OptionError unless k ≥ 1.
   */
  kBest(emissions: Sequence, k: number): { labels: tf.Tensor3D; probabilities: tf.Tensor2D } {
    return tf.tidy(() => {
      const chain = this.chain(emissions);
      const { paths, scores } = chain.kBest(k);
      const impossible = tf.equal(scores, -Infinity);
      const logProbabilities = tf.sub(scores, tf.expandDims(chain.logPartition(), 1));
      const probabilities = tf.where(impossible, tf.zerosLike(scores), tf.exp(logProbabilities)) as tf.Tensor2D;
      return { labels: this.#labels(paths), probabilities };
    });
  }

  /** n labellings per sequence drawn independently, each with its probability: [B,n,T] int32; −1 at masked steps, and everywhere where none is allowed. */
  sample(emissions: Sequence, n: number, rng?: Rng): tf.Tensor3D {
    return tf.tidy(() => this.#labels(this.chain(emissions).sample(n, rng)));
  }

  /** The probability of each label at each step: emissions [B,T,K] → [B,T,K]; 0 at masked steps. */
  marginals(emissions: Sequence): tf.Tensor3D {
    return tf.tidy(() => {
      const marginals = this.chain(emissions).marginals();
      const [B, T, S] = marginals.shape;
      const K = this.labelCount;
      return S === K ? marginals : tf.sum(tf.reshape(marginals, [B, T, S / K, K]), 2);
    });
  }

  /** The chain that all answers come from; it reads tensors made here: call it inside `tf.tidy`. */
  chain(emissions: Sequence): LinearChain {
    return new LinearChain(this.potentials(emissions));
  }

  /** The labels of paths of states, −1 staying −1. */
  #labels<T extends tf.Tensor>(path: T): T {
    const label = tf.mod(path, tf.scalar(this.labelCount, 'int32'));
    return tf.where(tf.less(path, 0), path as tf.Tensor, label) as T;
  }
}
