/** The encoder of a Transformer: blocks on top of each other. */
import type { Sequence, SequenceLayer } from '@seqloom/core';
import { asMask, Module } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { blocksOf, Frame, type StackOptions } from './frame.js';
import { clean } from './pack-steps.js';

/** Positions, then any sequence layers: TransformerBlocks, or among them recurrent layers in one or both directions. input [B,T,D] → [B,T,U]. arXiv:1706.03762 */
export class TransformerEncoder extends Module implements SequenceLayer<readonly unknown[]> {
  readonly outputSize: number;
  readonly blocks: readonly SequenceLayer<unknown>[];
  readonly frame: Frame;

  constructor(options: StackOptions<SequenceLayer<unknown>>) {
    super();
    this.blocks = blocksOf('TransformerEncoder', options, ['forward']);
    this.frame = new Frame('TransformerEncoder', options);
    this.outputSize = this.blocks.at(-1)!.outputSize;
  }

  get inputSize(): number | undefined {
    return (this.blocks[0] as { inputSize?: number }).inputSize;
  }

  /** The state is the list of what each block ends with. Throws ShapeError, also where learned positions end before the sequence. */
  forward(input: Sequence): { output: Sequence; state: readonly unknown[] } {
    const { T } = sequenceShape('TransformerEncoder.forward', input, this.inputSize);
    const mask = asMask(input.mask);
    let values: tf.Tensor3D = this.frame.enter(clean(mask, input.values), { limit: T });
    const state = this.blocks.map((block) => {
      const { output, state } = block.forward({ values, mask });
      values = output.values;
      return state;
    });
    return { output: { values: clean(mask, this.frame.leave(values)), mask }, state };
  }
}
