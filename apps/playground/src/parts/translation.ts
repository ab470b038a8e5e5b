/** One sequence for another: recurrent or all attention; how it learns, writes, and shows where it looked. */
import type { Module, Rng } from '@seqloom/core';
import { exactMatch, type Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import {
  BahdanauDecoder,
  DecoderBlock,
  Embedding,
  EncoderDecoder,
  greedy,
  LayerNorm,
  LuongDecoder,
  Transformer,
  TransformerBlock,
  TransformerDecoder,
  TransformerEncoder,
  type TranslationBatch,
} from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import type { Prediction, View } from '../experiment.js';
import {
  headsControl,
  makeAttention,
  type NormalizerName,
  normalizerControl,
  type ScorerName,
  scorerControl,
} from './attention.js';
import type { Hand, Writes } from './hand.js';
import { bothWays, type CellName, cellControl, oneWay, sizeControl } from './recurrent.js';

/** A text to read and the text to write for it, as tokens. */
export interface Pair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

export interface Languages {
  readonly source: Vocabulary;
  /** With a start and an end. */
  readonly target: Vocabulary;
}

/** What learns to write one sequence for another. */
export interface Translator extends Module, Writes {
  loss(batch: TranslationBatch): tf.Scalar;
}

export const alignmentViews: readonly View[] = [
  {
    name: 'attention',
    title: 'Attention',
    help: 'Each row is a written token; the stronger the colour, the more it looked at that token of the input.',
    axes: ['output', 'input'],
    tokens: 'row',
    touch:
      'Choose a cell and set its weight: the others of its row share what is left, and the model writes on from there.',
  },
  {
    name: 'ribbons',
    title: 'Alignment',
    help: 'The input above, the output below; the wider a band, the more the one looked at the other.',
    axes: ['output', 'input'],
    tokens: 'row',
  },
];

export const translatorControls = {
  network: choice({
    label: 'Network',
    help: 'Recurrent: an encoder reads both ways, a decoder writes and attends. Transformer: attention alone, in two blocks each.',
    affects: 'model',
    options: [
      { value: 'recurrent', label: 'Recurrent' },
      { value: 'transformer', label: 'Transformer' },
    ],
    initial: 'recurrent',
  }),
  scorer: scorerControl,
  normalizer: normalizerControl,
  heads: headsControl,
  cell: cellControl,
  size: sizeControl,
};

export interface TranslatorSetup {
  readonly network: 'recurrent' | 'transformer';
  readonly scorer: ScorerName;
  readonly normalizer: NormalizerName;
  readonly heads: number;
  readonly cell: CellName;
  readonly size: number;
  /** Attends after each step of the recurrence, or before it; 'luong' unless told. */
  readonly decoder?: 'luong' | 'bahdanau';
}

/** Why parts of a setup do not go together. */
export function translatorObjections({ network, cell }: TranslatorSetup): Partial<Record<'cell', string>> {
  return network === 'transformer' && cell === 'simple'
    ? { cell: 'A Transformer has no recurrence, so this choice would say nothing: leave GRU.' }
    : {};
}

/** A model whose looks at the input can be set by `hand`: of a Transformer those of the last block, which are the ones shown. */
export function makeTranslator(setup: TranslatorSetup, languages: Languages, parts: Parts): Translator {
  return setup.network === 'transformer' ? allAttention(setup, languages, parts) : recurrent(setup, languages, parts);
}

interface Parts {
  readonly rng: Rng;
  readonly hand: Hand;
}

function recurrent(setup: TranslatorSetup, { source, target }: Languages, { rng, hand }: Parts): Translator {
  const { scorer, normalizer, heads, cell, size, decoder = 'luong' } = setup;
  const embedded = 32;
  const attention = makeAttention(scorer, heads, { querySize: size, keySize: size, rng }, normalizer, hand);
  const parts = { attention, contextSize: size, inputSize: embedded, rng };
  return new EncoderDecoder({
    source: new Embedding({ vocabularySize: source.size, size: embedded, rng }),
    target: new Embedding({ vocabularySize: target.size, size: embedded, rng }),
    encoder: bothWays(cell, { inputSize: embedded, hiddenSize: size, rng }),
    decoder:
      decoder === 'luong'
        ? new LuongDecoder({ ...parts, cell: oneWay(cell, { inputSize: embedded, hiddenSize: size, rng }) })
        : new BahdanauDecoder({ ...parts, cell: oneWay(cell, { inputSize: embedded + size, hiddenSize: size, rng }) }),
    rng,
  });
}

function allAttention(setup: TranslatorSetup, { source, target }: Languages, { rng, hand }: Parts): Translator {
  const { scorer, normalizer, heads, size } = setup;
  const sizes = { querySize: size, keySize: size, rng };
  const block = (shown: boolean) => ({
    size,
    heads,
    attention: ({ role }: { role: 'self' | 'cross' }) =>
      makeAttention(scorer, heads, sizes, normalizer, shown && role === 'cross' ? hand : undefined),
    feedForward: { hiddenSize: 2 * size },
    rng,
  });
  const frame = () => ({ positions: 'sinusoidal' as const, norm: new LayerNorm({ size }), rng });
  const two = <B>(make: (last: boolean) => B): B[] => [make(false), make(true)];
  return new Transformer({
    source: new Embedding({ vocabularySize: source.size, size, rng }),
    target: new Embedding({ vocabularySize: target.size, size, rng }),
    encoder: new TransformerEncoder({ blocks: two(() => new TransformerBlock(block(false))), ...frame() }),
    decoder: new TransformerDecoder({ blocks: two((last) => new DecoderBlock(block(last))), ...frame() }),
    tied: false,
    rng,
  });
}

export function toTranslationBatch(pairs: readonly Pair[], { source, target }: Languages): TranslationBatch {
  const from = padIds(pairs.map((pair) => source.encode(pair.source)));
  const to = padIds(pairs.map((pair) => [target.start, ...target.encode(pair.target), target.end]));
  return { source: from.ids, sourceMask: from.mask, target: to.ids, targetMask: to.mask };
}

/** What the model writes for each source, token by token. */
export async function translate(
  model: Writes,
  { source, target }: Languages,
  sources: readonly (readonly string[])[],
  maxLength: number,
): Promise<string[][]> {
  const { ids, mask } = padIds(sources.map((tokens) => source.encode(tokens)));
  const found = await greedy(model.writer({ source: ids, sourceMask: mask }), {
    start: target.start,
    end: target.end,
    maxLength,
  });
  tf.dispose([ids, mask]);
  return found.map((hypothesis) => target.decode(hypothesis.ids));
}

/** The share of pairs whose target is written without a mistake. */
export async function exactlyWritten(model: Writes, languages: Languages, pairs: readonly Pair[]): Promise<number> {
  const longest = Math.max(...pairs.map(({ target }) => target.length));
  const sources = pairs.map(({ source }) => source);
  const written = await translate(model, languages, sources, longest + 1);
  return exactMatch(
    written.map((tokens) => tokens.join(' ')),
    pairs.map(({ target }) => target.join(' ')),
  );
}

/** What the model makes of one source: text, probabilities, and the weights of every head at every step. */
export async function showTranslation(
  model: Writes,
  languages: Languages,
  tokens: readonly string[],
  { maxLength, joint }: { maxLength: number; joint: string },
): Promise<Prediction> {
  const [written] = await translate(model, languages, [tokens], maxLength);
  const text = written!;
  const { source, target } = languages;
  const [rows, symbols] = text.length > 0 ? [text, target.encode(text)] : [['■'], [target.end]]; // who says nothing has looked, too
  const { confidence, weights, heads } = await replay(model, source.encode(tokens), symbols, target.start);
  const size = rows.length * tokens.length;
  const layers = Array.from({ length: heads }, (_, head) => ({
    label: `Head ${head + 1}`,
    values: weights.slice(head * size, (head + 1) * size),
  }));
  const shown = { rows, columns: tokens, layers };
  return {
    result: {
      kind: 'text',
      text: text.join(joint),
      confidence: confidence.slice(0, text.length),
      ...(joint && { tokens: text }),
    },
    pictures: {
      attention: { kind: 'matrix', ...shown, scale: 'share' },
      ribbons: { kind: 'ribbons', ...shown },
    },
  };
}

/** Writes `symbols` once more, to see how probable each was and where each head looked: weights [H,T,S]. */
async function replay(model: Writes, source: readonly number[], symbols: readonly number[], start: number) {
  const { ids, mask } = padIds([source]);
  const [probabilities, alignment] = tf.tidy(() => {
    const writer = model.writer({ source: ids, sourceMask: mask });
    let state = writer.start(1);
    const steps = symbols.map((symbol, t) => {
      const last = tf.tensor1d([symbols[t - 1] ?? start], 'int32');
      const step = writer.step(last, state);
      state = step.state;
      return { probability: tf.slice(tf.softmax(step.logits), [0, symbol], [1, 1]), weights: step.weights! };
    });
    return [
      tf.concat(steps.map((step) => step.probability)),
      tf.concat(
        steps.map((step) => step.weights),
        1,
      ),
    ];
  });
  const [confidence, weights] = await Promise.all([probabilities!.data(), alignment!.data()]);
  const heads = alignment!.shape[0];
  tf.dispose([ids, mask, probabilities!, alignment!]);
  return { confidence: [...confidence], weights: weights as Float32Array, heads };
}
