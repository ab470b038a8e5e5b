/** Transformers from their sizes. */
import { Attention, MultiHead, RotaryScore, ScaledDotScore } from '@seqloom/attention';
import {
  type Attends,
  count,
  knownOptions,
  Module,
  oneOf,
  type RecurrentLayer,
  type Rng,
  type Sequence,
  type SequenceLayer,
  zeroPadding,
} from '@seqloom/core';
import {
  type AttentionPlace,
  type BlockOptions,
  CausalBlock,
  LayerNorm,
  Linear,
  SoftmaxDropout,
  type StackOptions,
  TransformerBlock,
  TransformerEncoder,
  TransformerStack,
} from '@seqloom/layers';
import type * as tf from '@tensorflow/tfjs-core';

/** Pre-norm blocks. */
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
  /** The dropout rate of the attention's weights, without which training is faster; 0 unless told. */
  attentionDropout?: number;
  /** Waves that are added to what comes in, unless told 'rotary': queries and keys that turn with their place (arXiv:2104.09864). */
  positions?: 'sinusoidal' | 'rotary';
}

interface Checked {
  readonly block: BlockOptions;
  /** What stands around the blocks, made anew each time. */
  frame(): Omit<StackOptions<never>, 'blocks'>;
  readonly layers: number;
}

/** Throws OptionError on sizes that are none. */
export function checkTransformer(where: string, description: TransformerDescription, rng: Rng): Checked {
  knownOptions(where, description, ['kind', 'size', 'heads', 'layers', 'dropout', 'attentionDropout', 'positions']);
  const { heads = 4, layers = 2, dropout = 0.1, attentionDropout = 0, positions = 'sinusoidal' } = description;
  count(where, 'layers', layers);
  oneOf(where, 'positions', positions, ['sinusoidal', 'rotary']);
  const size = count(where, 'size', description.size);
  const waves = positions === 'sinusoidal';
  const rates = { parts: dropout, attention: attentionDropout };
  const block = { size, heads, dropout: rates, rng, ...(waves ? {} : { attention: rotary }) };
  const frame = () => ({ ...(waves ? { positions } : {}), norm: new LayerNorm({ size }), dropout, rng });
  return { block, frame, layers };
}

/** Steps look at each other by their distance, and at what an encoder made without it. */
function rotary({ role, size, heads, dropout, rng }: AttentionPlace): Attends {
  const scaled = new ScaledDotScore();
  const normalize = dropout > 0 ? new SoftmaxDropout({ rate: dropout, rng }) : undefined;
  const inner: Attends<unknown> =
    role === 'self'
      ? new Attention({ scorer: new RotaryScore({ inner: scaled }), normalize })
      : new Attention({ scorer: scaled, normalize });
  return new MultiHead({ inner, heads, size, rng });
}

/** Blocks that look both ways: input [B,T,D] → [B,T,size]. */
export function transformerEncoder(
  where: string,
  description: TransformerDescription,
  sizes: { inputSize: number; rng: Rng },
): Module & SequenceLayer<unknown> {
  const { block, layers, frame } = checkTransformer(where, description, sizes.rng);
  const blocks = Array.from({ length: layers }, () => new TransformerBlock(block));
  return new Entered(new TransformerEncoder({ blocks, ...frame() }), sizes);
}

/** Blocks that look back only, with a cache for writing: input [B,T,D] → [B,T,size]. */
export function causalTransformer(
  where: string,
  description: TransformerDescription,
  sizes: { inputSize: number; rng: Rng },
): Module & RecurrentLayer<unknown> {
  const { block, layers, frame } = checkTransformer(where, description, sizes.rng);
  const blocks = Array.from({ length: layers }, () => new CausalBlock(block));
  return new CausalEntered(new TransformerStack({ blocks, ...frame() }), sizes);
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
