/** Hidden Markov model (Rabiner 1989), trained by gradient: every parameter is a logit, so every step stays a distribution. */
import {
  count,
  defaultRng,
  dims,
  knownOptions,
  logSumExp,
  Module,
  normal,
  parameter,
  type Rng,
  UsageError,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { drawIndices } from '../chain/draw-indices.js';
import { LinearChain } from '../chain/linear-chain.js';
import { meanLoss } from '../chain/mean-loss.js';
import type { Emission, Observations } from './emissions/emission.js';
import { logProbabilities } from './emissions/log-probabilities.js';

export interface NeuralHMMOptions<Values extends tf.Tensor> {
  /** How observations come from states; it sets the number of states. */
  emission: Emission<Values>;
  /** [K]: p(first state) to start from; random unless given. */
  startProb?: readonly number[];
  /** [K][K]: p(next state | state), from → to, to start from; random unless given. */
  transMat?: readonly (readonly number[])[];
  rng?: Rng;
}

/** A Markov chain of K hidden states that emits observations `Values`; a probability of 0 stays 0. Sequences may have holes: the chain skips them. */
export class NeuralHMM<Values extends tf.Tensor = tf.Tensor3D> extends Module {
  readonly initial: tf.Variable<tf.Rank.R1>; // logits [K]
  readonly transition: tf.Variable<tf.Rank.R2>; // logits [K from, K to]
  readonly emission: Emission<Values>;

  constructor(options: NeuralHMMOptions<Values>) {
    super();
    knownOptions('NeuralHMM', options, ['emission', 'startProb', 'transMat', 'rng']);
    const { emission, startProb, transMat, rng } = options;
    const K = count('NeuralHMM', 'emission.stateCount', emission.stateCount);
    this.emission = emission;
    const initial = startProb && (() => logProbabilities('NeuralHMM', 'startProb', [startProb], [1, K]));
    const transition = transMat && (() => logProbabilities('NeuralHMM', 'transMat', transMat, [K, K]));
    this.initial = parameter([K], initial ?? normal(0.1), rng);
    this.transition = parameter([K, K], transition ?? normal(0.1), rng);
  }

  /** p(first state): [K]. */
  get startProb(): tf.Tensor1D {
    return tf.softmax(this.initial);
  }

  /** p(next state | state): [K from, K to]. */
  get transMat(): tf.Tensor2D {
    return tf.softmax(this.transition);
  }

  /** The mean of −log p(observations) over the sequences of the batch that have a real step. */
  loss(observations: Observations<Values>): tf.Scalar {
    return tf.tidy(() => meanLoss(this.logLikelihood(observations), observations.mask));
  }

  /** log p(observations) per sequence: [B]. */
  logLikelihood(observations: Observations<Values>): tf.Tensor1D {
    return tf.tidy(() => this.chain(observations).logPartition());
  }

  /** p(state at each step | all observations): [B,T,K]; 0 at masked steps. */
  posteriors(observations: Observations<Values>): tf.Tensor3D {
    return tf.tidy(() => this.chain(observations).marginals());
  }

  /** The most probable states [B,T] int32, −1 at masked steps, and their joint log probability with the observations [B]. */
  viterbi(observations: Observations<Values>): { path: tf.Tensor2D; score: tf.Tensor1D } {
    return tf.tidy(() => this.chain(observations).viterbi());
  }

  /** One sequence drawn from the model: its states [1,T] int32 and observations (B = 1). Throws a UsageError where the emission cannot draw. */
  sample(length: number, rng: Rng = defaultRng): { states: tf.Tensor2D; observations: Observations<Values> } {
    count('NeuralHMM.sample', 'length', length);
    if (!this.emission.sample) throw new UsageError('NeuralHMM.sample', 'the emission has no `sample`');
    const [pathRng, emissionRng] = [rng.split(), rng.split()];
    const { states, values } = tf.tidy(() => {
      const path = [drawIndices(tf.expandDims(this.initial), pathRng)]; // [1] each
      while (path.length < length)
        path.push(drawIndices(tf.gather(this.transition, path.at(-1) as tf.Tensor1D), pathRng));
      const states = tf.stack(path, 1) as tf.Tensor2D;
      return { states, values: this.emission.sample!(states, emissionRng) };
    });
    return { states, observations: { values, mask: tf.ones([1, length], 'bool') } };
  }

  /** The chain that all answers come from, for any other question; it reads tensors made here: call it inside `tf.tidy`. */
  chain({ values, mask }: Observations<Values>): LinearChain {
    const real = observed(values, mask);
    return new LinearChain({
      initial: tf.sub(this.initial, logSumExp(this.initial)),
      transition: tf.sub(this.transition, logSumExp(this.transition, -1, true)),
      emission: this.emission.logProbability(real),
      mask,
    });
  }
}

/** Values [B,T,…] with 0 of their own type at masked steps. */
function observed<Values extends tf.Tensor>(values: Values, mask: tf.Tensor2D): Values {
  dims('NeuralHMM', { values: [{ shape: values.shape.slice(0, 2) }, 'B T'], mask: [mask, 'B T'] });
  const trailing = values.shape.slice(2);
  const wide = tf.reshape(tf.cast(mask, 'bool'), [...mask.shape, ...trailing.map(() => 1)]);
  return tf.where(tf.tile(wide, [1, 1, ...trailing]), values as tf.Tensor, tf.zerosLike(values)) as Values;
}
