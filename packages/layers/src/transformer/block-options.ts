/** What all Transformer blocks are made of. */
import { Attention, MultiHead, ScaledDotScore } from '@seqloom/attention';
import type { Attends, Module, Rng } from '@seqloom/core';
import { count, knownOptions, OptionError, oneOf, show } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { LayerNorm } from '../normalization/layer-norm.js';
import { FeedForward, type FeedForwardOptions } from './feed-forward.js';
import { Residual } from './residual.js';
import { SoftmaxDropout } from './softmax-dropout.js';

/** A normalisation of the last axis, such as LayerNorm and RMSNorm. */
export type Normalization = Module & { forward<X extends tf.Tensor>(x: X): X };

/** Where an attention is wanted: over the block's own steps, or over what an encoder made; both are of `size` features. */
export interface AttentionPlace {
  readonly role: 'self' | 'cross';
  readonly size: number;
  readonly heads: number;
  /** The dropout rate of the weights; 0 where there is none. */
  readonly dropout: number;
  readonly rng?: Rng | undefined;
}

/** Where values are dropped. */
export interface BlockDropout {
  /** Of what each part adds, and inside the feed-forward network; 0 unless told. */
  parts?: number;
  /** Of the attention's weights, which costs the fusion of heads in training; 0 unless told. */
  attention?: number;
}

export interface BlockOptions {
  /** D, of what comes in and goes out. */
  size: number;
  /** How many heads the attention has; 8 unless told. */
  heads?: number;
  /** Makes the attention, any that gives contexts of `size` features; MultiHead over scaled dot products unless told. */
  attention?: (place: AttentionPlace) => Attends;
  /** The feed-forward network's hiddenSize (4·size unless told), activation, bias and dropout (the block's unless told). */
  feedForward?: Omit<FeedForwardOptions, 'size' | 'rng'>;
  /** Whether the normalisation comes before each part (arXiv:2002.04745) or behind its sum with the input (arXiv:1706.03762); 'pre' unless told. */
  norm?: 'pre' | 'post';
  /** Makes a normalisation of `size` features; LayerNorm unless told. */
  normalization?: (size: number) => Normalization;
  /** The dropout rate of what each part adds, or that and the attention's. */
  dropout?: number | BlockDropout;
  rng?: Rng;
}

const known = ['size', 'heads', 'attention', 'feedForward', 'norm', 'normalization', 'dropout', 'rng'];

/** Makers of a block's parts, from checked options. */
export interface BlockParts {
  readonly size: number;
  attention(role: AttentionPlace['role']): Attends;
  residual(): Residual;
  feedForward(): FeedForward;
}

export function blockParts(where: string, options: BlockOptions): BlockParts {
  knownOptions(where, options, known);
  const { heads = 8, attention = multiHead, normalization = layerNormOf, rng } = options;
  const { parts: dropout, attention: dropped } = dropoutRates(where, options.dropout);
  const size = count(where, 'size', options.size);
  count(where, 'heads', heads);
  const norm = oneOf(where, 'norm', options.norm ?? 'pre', ['pre', 'post']);
  return {
    size,
    attention: (role) => attends(where, attention({ role, size, heads, dropout: dropped, rng })),
    residual: () => new Residual({ normalization: normalization(size), order: norm, dropout, rng }),
    feedForward: () => new FeedForward({ dropout, ...options.feedForward, size, rng }),
  };
}

function layerNormOf(size: number): Normalization {
  return new LayerNorm({ size });
}

function dropoutRates(where: string, dropout: BlockOptions['dropout'] = 0): Required<BlockDropout> {
  if (typeof dropout === 'number') return { parts: dropout, attention: 0 };
  knownOptions(`${where} \`dropout\``, dropout, ['parts', 'attention']);
  return { parts: 0, attention: 0, ...dropout };
}

/** Multi-head attention over scaled dot products. */
function multiHead({ size, heads, dropout, rng }: AttentionPlace): MultiHead {
  const normalize = dropout > 0 ? new SoftmaxDropout({ rate: dropout, rng }) : undefined;
  return new MultiHead({ inner: new Attention({ scorer: new ScaledDotScore(), normalize }), heads, size, rng });
}

function attends(where: string, made: Attends): Attends {
  if (typeof made?.attend === 'function' && typeof made.remember === 'function') return made;
  throw new OptionError(where, `\`attention\` must make something with remember and attend, got ${show(made)}`);
}
