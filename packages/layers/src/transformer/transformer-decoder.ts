/** The decoder of a Transformer: blocks that read a memory on top of each other. */
import type { Memory, RecurrentLayer, Sequence } from '@seqloom/core';
import { dims, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { DecoderBlock } from './decoder-block.js';
import { blocksOf, Frame, type StackOptions } from './frame.js';
import { forwardThrough, type StackState, stepThrough } from './transformer-stack.js';

/** One memory for each DecoderBlock, nothing for the others. */
export type Memories = readonly (Memory<unknown> | undefined)[];

/** Positions, then DecoderBlocks, or among them any recurrent layers. input [B,T,D] → [B,T,U]. arXiv:1706.03762 */
export class TransformerDecoder extends Module {
  readonly outputSize: number;
  readonly blocks: readonly (DecoderBlock | RecurrentLayer<unknown>)[];
  readonly frame: Frame;

  constructor(options: StackOptions<DecoderBlock | RecurrentLayer<unknown>>) {
    super();
    this.blocks = blocksOf('TransformerDecoder', options, ['forward', 'step', 'initialState']);
    this.frame = new Frame('TransformerDecoder', options);
    this.outputSize = this.blocks.at(-1)!.outputSize;
  }

  get inputSize(): number | undefined {
    return (this.blocks[0] as { inputSize?: number }).inputSize;
  }

  /** What an encoder made [B,S,D], as each block attends to it: once for a source. */
  remember(source: Sequence): Memories {
    return this.blocks.map((block) => (block instanceof DecoderBlock ? block.remember(source) : undefined));
  }

  initialState(batch: number): StackState {
    return { count: tf.zeros([batch]), steps: 0, blocks: this.blocks.map((block) => block.initialState(batch)) };
  }

  /** All steps of known inputs; `weights` [B·H,T,S] are those of the last DecoderBlock. Throws ShapeError. */
  forward(input: Sequence, memories: Memories, initial?: StackState): Decoded<Sequence> {
    sequenceShape('TransformerDecoder.forward', input, this.inputSize);
    let weights: tf.Tensor3D | undefined;
    const { restoreHeads, ...made } = forwardThrough(this, input, initial, (block, x, state, i) => {
      if (!(block instanceof DecoderBlock)) return block.forward(x, state);
      const read = block.forward(x, memories[i]!, state as never);
      weights = read.weights;
      return read;
    });
    return { ...made, weights: weights && restoreHeads(weights) };
  }

  /** x [B,D] → [B,U]; `weights` [B·H,1,S] are those of the last DecoderBlock. Throws ShapeError. */
  step(x: tf.Tensor2D, memories: Memories, state: StackState): Decoded<tf.Tensor2D> {
    dims('TransformerDecoder.step', { x: [x, `B ${this.inputSize ?? 'D'}`], 'state.count': [state.count, 'B'] });
    let weights: tf.Tensor3D | undefined;
    const made = stepThrough(this, x, state, (block, each, own, i) => {
      if (!(block instanceof DecoderBlock)) return block.step(each, own);
      const read = block.step(each, memories[i]!, own as never);
      weights = read.weights;
      return read;
    });
    return { ...made, weights };
  }
}

/** What a decoder gives; without a DecoderBlock there are no weights. */
export interface Decoded<Output> {
  readonly output: Output;
  readonly state: StackState;
  readonly weights: tf.Tensor3D | undefined;
}
