/** Transformers from their sizes. */
import {
  count,
  knownOptions,
  Module,
  type RecurrentLayer,
  type Rng,
  type Sequence,
  type SequenceLayer,
  zeroPadding,
} from '@seqloom/core';
import {
  type BlockOptions,
  CausalBlock,
  LayerNorm,
  Linear,
  TransformerBlock,
  TransformerEncoder,
  TransformerStack,
} from '@seqloom/layers';
import type * as tf from '@tensorflow/tfjs-core';

/** Pre-norm blocks over sinusoidal positions. */
export interface TransformerDescription {
  kind: 'transformer';
  /** The size of every step, and four times that in the feed-forward networks. */
  size: number;
  /** 4 unless told. */
  heads?: number;
  /** 2 unless told. */
  layers?: number;
  /** The dropout rate inside the blocks; 0.1 unless told. */
  dropout?: number;
}

interface Checked {
  readonly block: BlockOptions;
  readonly layers: number;
}

/** Throws OptionError on sizes that are none. */
export function checkTransformer(where: string, description: TransformerDescription, rng: Rng): Checked {
  knownOptions(where, description, ['kind', 'size', 'heads', 'layers', 'dropout']);
  const { size, heads = 4, layers = 2, dropout = 0.1 } = description;
  count(where, 'layers', layers);
  return { block: { size: count(where, 'size', size), heads, dropout, rng }, layers };
}

/** Blocks that look both ways: input [B,T,D] → [B,T,size]. */
export function transformerEncoder(
  where: string,
  description: TransformerDescription,
  sizes: { inputSize: number; rng: Rng },
): Module & SequenceLayer<unknown> {
  const { block, layers } = checkTransformer(where, description, sizes.rng);
  const blocks = Array.from({ length: layers }, () => new TransformerBlock(block));
  const norm = new LayerNorm({ size: block.size });
  const { dropout, rng } = block;
  const layer = new TransformerEncoder({ blocks, positions: 'sinusoidal', norm, dropout, rng });
  return new Entered(layer, sizes);
}

/** Blocks that look back only, with a cache for writing: input [B,T,D] → [B,T,size]. */
export function causalTransformer(
  where: string,
  description: TransformerDescription,
  sizes: { inputSize: number; rng: Rng },
): Module & RecurrentLayer<unknown> {
  const { block, layers } = checkTransformer(where, description, sizes.rng);
  const blocks = Array.from({ length: layers }, () => new CausalBlock(block));
  const norm = new LayerNorm({ size: block.size });
  const { dropout, rng } = block;
  return new CausalEntered(new TransformerStack({ blocks, positions: 'sinusoidal', norm, dropout, rng }), sizes);
}

type Sized = Module & { readonly inputSize: number | undefined };

/** A layer behind a projection to the size that it reads. */
class Entered extends Module implements SequenceLayer<unknown> {
  readonly projection: Linear;
  readonly outputSize: number;

  constructor(
    readonly layer: Sized & SequenceLayer<unknown>,
    { inputSize, rng }: { inputSize: number; rng: Rng },
  ) {
    super();
    this.projection = new Linear({ inputSize, outputSize: layer.inputSize ?? inputSize, rng });
    this.outputSize = layer.outputSize;
  }

  forward(input: Sequence, initial?: unknown): { output: Sequence; state: unknown } {
    const { values, mask } = zeroPadding(input);
    return this.layer.forward({ values: this.projection.forward(values), mask }, initial);
  }
}

/** The same of a causal layer. */
class CausalEntered extends Module implements RecurrentLayer<unknown> {
  readonly entered: Entered;
  readonly outputSize: number;

  constructor(
    readonly layer: Sized & RecurrentLayer<unknown>,
    sizes: { inputSize: number; rng: Rng },
  ) {
    super();
    this.entered = new Entered(layer, sizes);
    this.outputSize = layer.outputSize;
  }

  initialState(batch: number): unknown {
    return this.layer.initialState(batch);
  }

  forward(input: Sequence, initial?: unknown): { output: Sequence; state: unknown } {
    return this.entered.forward(input, initial);
  }

  step(x: tf.Tensor2D, state: unknown): { output: tf.Tensor2D; state: unknown } {
    return this.layer.step(this.entered.projection.forward(x), state);
  }
}
