/** A block of a Transformer encoder. */
import type { Attends, Sequence, SequenceLayer } from '@seqloom/core';
import { asMask, Module } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { type BlockOptions, blockParts } from './block-options.js';
import type { FeedForward } from './feed-forward.js';
import { clean } from './pack-steps.js';
import type { Residual } from './residual.js';

/** Every step looks at every real one, then at itself: attention and a feed-forward network, each with its residual. input [B,T,D] → [B,T,D]. arXiv:1706.03762 */
export class TransformerBlock extends Module implements SequenceLayer<readonly []> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly attention: Attends;
  readonly attentionResidual: Residual;
  readonly feedForward: FeedForward;
  readonly feedForwardResidual: Residual;

  constructor(options: BlockOptions) {
    super();
    const parts = blockParts('TransformerBlock', options);
    this.inputSize = parts.size;
    this.outputSize = parts.size;
    this.attention = parts.attention('self');
    this.attentionResidual = parts.residual();
    this.feedForward = parts.feedForward();
    this.feedForwardResidual = parts.residual();
  }

  initialState(): readonly [] {
    return [];
  }

  /** `initial` is nothing, as the state: a block knows no step before the sequence. Throws ShapeError. */
  forward(input: Sequence): { output: Sequence; state: readonly []; weights: tf.Tensor3D } {
    sequenceShape('TransformerBlock.forward', input, this.inputSize);
    const mask = asMask(input.mask);
    let weights: tf.Tensor3D | undefined;
    const attended = this.attentionResidual.forward(clean(mask, input.values), (values) => {
      const looked = this.attention.attend(values, this.attention.remember({ values, mask }));
      weights = looked.weights;
      return looked.context;
    });
    const values = this.feedForwardResidual.forward(attended, (x) => this.feedForward.forward(x));
    return { output: { values: clean(mask, values), mask }, state: [], weights: weights! };
  }
}
