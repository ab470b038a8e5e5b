/** A decoder-only Transformer: causal blocks on top of each other. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import { asMask, dims, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { blocksOf, Frame, type StackOptions } from './frame.js';
import { isFull, type Packed, packed } from './pack-steps.js';

/** How far a row is, and the state of each block. */
export interface StackState {
  /** How many steps each row has had, [B]. */
  readonly count: tf.Tensor1D;
  /** How many the longest row may have had. */
  readonly steps: number;
  readonly blocks: readonly unknown[];
}

/**
 * Positions, then any recurrent layers: CausalBlocks with their key–value caches, or among them GRUs, LSTMs and other recurrences. It is a recurrent layer
 * itself: forward = step after step. Positions count real steps. input [B,T,D] → [B,T,U].
 */
export class TransformerStack extends Module implements RecurrentLayer<StackState> {
  readonly outputSize: number;
  readonly blocks: readonly RecurrentLayer<unknown>[];
  readonly frame: Frame;

  constructor(options: StackOptions<RecurrentLayer<unknown>>) {
    super();
    this.blocks = blocksOf('TransformerStack', options, ['forward', 'step', 'initialState']);
    this.frame = new Frame('TransformerStack', options);
    this.outputSize = this.blocks.at(-1)!.outputSize;
  }

  get inputSize(): number | undefined {
    return (this.blocks[0] as { inputSize?: number }).inputSize;
  }

  initialState(batch: number): StackState {
    return { count: tf.zeros([batch]), steps: 0, blocks: this.blocks.map((block) => block.initialState(batch)) };
  }

  /** Throws ShapeError, also where learned positions end before the sequence. */
  forward(input: Sequence, initial?: StackState): { output: Sequence; state: StackState } {
    sequenceShape('TransformerStack.forward', input, this.inputSize);
    const through = (block: RecurrentLayer<unknown>, x: Sequence, state: unknown) => block.forward(x, state);
    const { output, state } = forwardThrough(this, input, initial, through);
    return { output, state };
  }

  /** x [B,D] → [B,U]. Throws ShapeError, also behind the last learned position. */
  step(x: tf.Tensor2D, state: StackState): { output: tf.Tensor2D; state: StackState } {
    dims('TransformerStack.step', { x: [x, `B ${this.inputSize ?? 'D'}`], 'state.count': [state.count, 'B'] });
    return stepThrough(this, x, state, (block, each, own) => block.step(each, own));
  }
}

/** Blocks and what stands around them. */
export interface Framed<Block> {
  readonly blocks: readonly Block[];
  readonly frame: Frame;
}

/** All steps through all blocks, packed; `restoreHeads` brings the blocks' weights back to the places of the input. */
export function forwardThrough<Block>(
  { blocks, frame }: Framed<Block>,
  input: Sequence,
  initial: StackState | undefined,
  through: (block: Block, x: Sequence, state: unknown, index: number) => { output: Sequence; state: unknown },
): { output: Sequence; state: StackState } & Pick<Packed, 'restoreHeads'> {
  const { values, mask, restore, restoreHeads } = packed(input);
  const [B, T] = mask.shape;
  const full = isFull(mask);
  const bits = tf.cast(mask, 'float32');
  const before = initial?.count ?? tf.zeros<tf.Rank.R1>([B]);
  const steps = (initial?.steps ?? 0) + T;
  const places = () => tf.relu(tf.add(tf.cumsum(bits, 1), tf.sub(tf.reshape(before, [B, 1]), 1))) as tf.Tensor2D;
  const simple = full && !initial;
  let x: Sequence = {
    values: frame.enter(values, { limit: steps, places: simple || !frame.positions ? undefined : places() }),
    mask,
  };
  const states = blocks.map((block, i) => {
    const { output, state } = through(block, x, initial?.blocks[i], i);
    x = output;
    return state;
  });
  const count = tf.add<tf.Tensor1D>(before, tf.sum(bits, 1));
  const output = { values: restore(frame.leave(x.values)), mask: asMask(input.mask) };
  return { output, state: { count, steps, blocks: states }, restoreHeads };
}

/** One step of every row through all blocks. */
export function stepThrough<Block>(
  { blocks, frame }: Framed<Block>,
  x: tf.Tensor2D,
  { count, steps, blocks: states }: StackState,
  through: (block: Block, x: tf.Tensor2D, state: unknown, index: number) => { output: tf.Tensor2D; state: unknown },
): { output: tf.Tensor2D; state: StackState } {
  const places = tf.reshape<tf.Rank.R2>(count, [-1, 1]);
  let values = tf.squeeze<tf.Tensor2D>(frame.enter(tf.expandDims(x, 1), { limit: steps + 1, places }), [1]);
  const next = blocks.map((block, i) => {
    const { output, state } = through(block, values, states[i], i);
    values = output;
    return state;
  });
  const output = tf.squeeze<tf.Tensor2D>(frame.leave(tf.expandDims(values, 1)), [1]);
  return { output, state: { count: tf.add(count, 1), steps: steps + 1, blocks: next } };
}
