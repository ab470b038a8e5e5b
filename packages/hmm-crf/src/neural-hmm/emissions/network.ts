/** Observations scored for every state by a network of any kind. */
import { count, dims, knownOptions, logSumExp, Module, OptionError, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Emission } from './emission.js';

/** Values [B,T,…] → a score per state [B,T,K]. The parameters of a Module are the emission's too, and trained with it; those of a function are not. */
export type ScoringNetwork<Values extends tf.Tensor = tf.Tensor3D> =
  | ((values: Values) => tf.Tensor3D)
  | { forward(values: Values): tf.Tensor3D };

export interface NetworkEmissionOptions<Values extends tf.Tensor = tf.Tensor3D> {
  network: ScoringNetwork<Values>;
  stateCount: number;
  /**
   * 'logits' unless given: their softmax over states is p(state | x), which stands for log p(x | state) as in ScorerEmission.
   * 'likelihoods' are log p(x | state) as they are; the network must keep them normalised, or training raises them without end.
   */
  scores?: 'logits' | 'likelihoods';
}

/** log p(values | state) from a network: recurrent, convolutional, anything that gives [B,T,K]. */
export class NetworkEmission<Values extends tf.Tensor = tf.Tensor3D> extends Module implements Emission<Values> {
  readonly stateCount: number;
  readonly network: ScoringNetwork<Values>;
  readonly scores: 'logits' | 'likelihoods';

  constructor(options: NetworkEmissionOptions<Values>) {
    super();
    knownOptions('NetworkEmission', options, ['network', 'stateCount', 'scores']);
    const { network, scores = 'logits' } = options;
    if (typeof network !== 'function' && typeof network?.forward !== 'function')
      throw new OptionError(
        'NetworkEmission',
        `\`network\` must be a function or have \`forward\`, got ${show(network)}`,
      );
    if (scores !== 'logits' && scores !== 'likelihoods')
      throw new OptionError('NetworkEmission', `\`scores\` must be logits or likelihoods, got ${show(scores)}`);
    this.stateCount = count('NetworkEmission', 'stateCount', options.stateCount);
    this.network = network;
    this.scores = scores;
  }

  /** values [B,T,…] → [B,T,K]. Throws a ShapeError when the network gives another shape. */
  logProbability(values: Values): tf.Tensor3D {
    const [B, T] = values.shape;
    return tf.tidy(() => {
      const scores = typeof this.network === 'function' ? this.network(values) : this.network.forward(values);
      dims('NetworkEmission.logProbability', { scores: [scores, `${B} ${T} ${this.stateCount}`] });
      return this.scores === 'likelihoods' ? scores : tf.sub(scores, logSumExp(scores, -1, true));
    });
  }
}
