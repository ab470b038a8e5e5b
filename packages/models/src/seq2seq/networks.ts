/** Networks that write one sequence for another, by name, so that a config can say them. */
import { AdditiveScore, Attention, GeneralScore } from '@seqloom/attention';
import { count, knownOptions, type Module, OptionError, oneOf, type Rng, type Scorer, show } from '@seqloom/core';
import {
  DecoderBlock,
  Embedding,
  EncoderDecoder,
  GRUCell,
  gru,
  LSTMCell,
  LuongDecoder,
  lstm,
  PointerGenerator,
  type SourceBatch,
  Transformer,
  TransformerBlock,
  TransformerDecoder,
  TransformerEncoder,
  type TranslationBatch,
  type Translator,
  type Writer,
} from '@seqloom/layers';
import type * as tf from '@tensorflow/tfjs-core';
import { checkTransformer, type TransformerDescription } from '../transformers.js';

/** What a Seq2Seq asks of its network; a PointerGenerator is also told what can be copied (`CopyBatch`). */
export interface TranslationNetwork extends Module {
  /** Mean cross-entropy of every target symbol given those before it → scalar. */
  loss(batch: TranslationBatch): tf.Scalar;
  /** Writes targets for a batch of sources. */
  writer(batch: SourceBatch): Writer;
}

const scorers = {
  additive: (size: number, rng: Rng): Scorer<unknown> =>
    new AdditiveScore({ querySize: size, keySize: 2 * size, size, rng }),
  general: (size: number, rng: Rng): Scorer<unknown> => new GeneralScore({ querySize: size, keySize: 2 * size, rng }),
};

/** A bidirectional recurrent encoder and a recurrent decoder that attends to it. */
export interface RecurrentTranslation extends Copying {
  kind: 'lstm' | 'gru';
  /** Units of the encoder per direction, and of the decoder. */
  hiddenSize: number;
  /** The size of symbol vectors; `hiddenSize` unless told. */
  embeddingSize?: number;
  /** 'additive' unless told. */
  attention?: keyof typeof scorers;
  /** Feeds what was attended to into the next step; true unless told. */
  inputFeeding?: boolean;
}

/** What any network can do. */
interface Copying {
  /** Whether tokens can be copied from the source, those too that the target vocabulary lacks: a pointer-generator (arXiv:1704.04368); false unless told. */
  copy?: boolean;
  /** With `copy`, how much the loss counts looking twice at the same place; 0 unless told. */
  coverage?: number;
}

/** What a user's own network is made for. */
export interface TranslationSizes {
  source: { vocabularySize: number };
  target: { vocabularySize: number; unknown: number };
  dropout: number;
  labelSmoothing: number;
  rng: Rng;
}

/** Makes a network of one's own; it is given again when the model is loaded. */
export type TranslationMaker = (sizes: TranslationSizes) => TranslationNetwork;

/** An encoder that looks both ways and a decoder that attends to it. */
export interface TransformerTranslation extends TransformerDescription, Copying {}

export type TranslationDescription = RecurrentTranslation | TransformerTranslation;

export type TranslationChoice = TranslationDescription | TranslationMaker;

/** Builds the chosen network. Throws OptionError on an unknown name or size. */
export function makeTranslation(where: string, choice: TranslationChoice, sizes: TranslationSizes): TranslationNetwork {
  if (typeof choice === 'function') return choice(sizes);
  if (typeof choice !== 'object' || choice === null)
    throw new OptionError(where, `\`network\` must be { kind, hiddenSize } or a function, got ${show(choice)}`);
  oneOf(where, 'network.kind', choice.kind, ['lstm', 'gru', 'transformer']);
  const { copy = false, coverage, ...plain } = choice;
  if (coverage !== undefined && !copy) throw new OptionError(where, '`network.coverage` is for networks with `copy`');
  const { labelSmoothing, rng } = sizes;
  const own = copy ? { ...sizes, labelSmoothing: 0 } : sizes;
  const model = plain.kind === 'transformer' ? transformer(where, plain, own) : recurrent(where, plain, own);
  if (!copy) return model;
  return new PointerGenerator({ model, unknown: sizes.target.unknown, coverage, labelSmoothing, rng });
}

type Writes = Translator<unknown> & TranslationNetwork;

function recurrent(where: string, choice: RecurrentTranslation, sizes: TranslationSizes): Writes {
  const known = ['kind', 'hiddenSize', 'embeddingSize', 'attention', 'inputFeeding'];
  knownOptions(`${where} \`network\``, choice, known);
  const { embeddingSize = choice.hiddenSize, attention = 'additive', inputFeeding = true } = choice;
  oneOf(where, 'network.attention', attention, Object.keys(scorers) as (keyof typeof scorers)[]);
  const hiddenSize = count(where, 'network.hiddenSize', choice.hiddenSize);
  const size = count(where, 'network.embeddingSize', embeddingSize);
  const { rng, dropout, labelSmoothing } = sizes;
  const embeddings = {
    source: new Embedding({ vocabularySize: sizes.source.vocabularySize, size, rng }),
    target: new Embedding({ vocabularySize: sizes.target.vocabularySize, size, rng }),
  };
  const reader = { inputSize: size, hiddenSize, rng };
  const inputSize = size + (inputFeeding ? hiddenSize : 0);
  const attends = new Attention({ scorer: scorers[attention](hiddenSize, rng) });
  const decoder = { attention: attends, contextSize: 2 * hiddenSize, inputSize: size, inputFeeding, rng };
  const common = { ...embeddings, dropout, rng, labelSmoothing };
  if (choice.kind === 'lstm') {
    const cell = new LSTMCell({ inputSize, hiddenSize, rng });
    const encoder = lstm({ ...reader, bidirectional: true });
    return new EncoderDecoder({ ...common, encoder, decoder: new LuongDecoder({ cell, ...decoder }) }) as Writes;
  }
  const cell = new GRUCell({ inputSize, hiddenSize, rng });
  const encoder = gru({ ...reader, bidirectional: true });
  return new EncoderDecoder({ ...common, encoder, decoder: new LuongDecoder({ cell, ...decoder }) }) as Writes;
}

function transformer(where: string, description: TransformerDescription, sizes: TranslationSizes): Writes {
  const { rng, dropout, labelSmoothing } = sizes;
  const { block, frame, layers } = checkTransformer(`${where} \`network\``, description, rng);
  const blocks = <B>(make: () => B): B[] => Array.from({ length: layers }, make);
  const embedding = ({ vocabularySize }: { vocabularySize: number }) =>
    new Embedding({ vocabularySize, size: block.size, rng });
  return new Transformer({
    source: embedding(sizes.source),
    target: embedding(sizes.target),
    encoder: new TransformerEncoder({ blocks: blocks(() => new TransformerBlock(block)), ...frame() }),
    decoder: new TransformerDecoder({ blocks: blocks(() => new DecoderBlock(block)), ...frame() }),
    dropout,
    labelSmoothing,
    rng,
  }) as Writes;
}
