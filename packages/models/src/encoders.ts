/** Encoders by name, so that a config can say them, and encoders of one's own. */
import { knownOptions, type Module, OptionError, oneOf, type Rng, type SequenceLayer, show } from '@seqloom/core';
import { recurrentNetwork } from '@seqloom/layers';
import { type CellName, cellNames, cells } from './cells.js';
import { type TransformerDescription, transformerEncoder } from './transformers.js';

/** Layers of recurrent cells. */
export interface RecurrentEncoder {
  kind: CellName;
  /** Units per direction. */
  hiddenSize: number;
  /** 1 unless told. */
  layers?: number;
  /** True unless told. */
  bidirectional?: boolean;
  /** The dropout rate between layers. */
  dropout?: number;
}

export type EncoderDescription = RecurrentEncoder | TransformerDescription;

/** What a user's own encoder is made for. */
export interface EncoderSizes {
  inputSize: number;
  rng: Rng;
}

/** Makes an encoder of one's own; it is given again when the model is loaded. */
export type EncoderMaker = (sizes: EncoderSizes) => Module & SequenceLayer<unknown>;

/** What is given again when a model with an encoder of its own is loaded. */
export interface EncoderParts {
  encoder?: EncoderMaker;
  rng?: Rng;
}

export type EncoderChoice = EncoderDescription | EncoderMaker;

/** Builds the chosen encoder. Throws OptionError on an unknown name. */
export function makeEncoder(
  where: string,
  choice: EncoderChoice,
  sizes: EncoderSizes,
): Module & SequenceLayer<unknown> {
  if (typeof choice === 'function') return choice(sizes);
  if (typeof choice !== 'object' || choice === null)
    throw new OptionError(where, `\`encoder\` must be { kind, … } or a function, got ${show(choice)}`);
  oneOf(where, 'encoder.kind', choice.kind, [...cellNames, 'transformer']);
  if (choice.kind === 'transformer') return transformerEncoder(`${where} \`encoder\``, choice, sizes);
  knownOptions(`${where} \`encoder\``, choice, ['kind', 'hiddenSize', 'layers', 'bidirectional', 'dropout']);
  const { kind, bidirectional = true, ...rest } = choice;
  const options = { ...rest, ...sizes, cell: cells[kind] };
  return bidirectional ? recurrentNetwork({ ...options, bidirectional: true }) : recurrentNetwork(options);
}
