/** Softmax for attention that learns not to rely on single keys. */
import { softmax } from '@seqloom/attention';
import type { Normalizer } from '@seqloom/core';
import { Module } from '@seqloom/core';
import { Dropout, type DropoutOptions } from '../dropout.js';

/** As `normalize` of an Attention: in training, each weight is 0 with probability `rate` and else divided by 1 − rate; otherwise softmax itself. arXiv:1706.03762 */
export class SoftmaxDropout extends Module {
  readonly dropout: Dropout;
  readonly #dropped: Normalizer = (energies, mask, previous) => this.dropout.forward(softmax(energies, mask, previous));

  constructor(options: DropoutOptions) {
    super();
    this.dropout = new Dropout(options);
  }

  /** softmax, as it is, in evaluation: attention that knows it then has all heads in one op. */
  get normalize(): Normalizer {
    return this.training && this.dropout.rate > 0 ? this.#dropped : softmax;
  }
}
