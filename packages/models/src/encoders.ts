/** Encoders by name, so that a config can say them, and encoders of one's own. */
import { knownOptions, type Module, OptionError, oneOf, type Rng, type SequenceLayer, show } from '@seqloom/core';
import { type GRUOptions, gru, type LSTMOptions, lstm, type SimpleRNNOptions, simpleRNN } from '@seqloom/layers';

/** A recurrent network by its name. */
export interface RecurrentEncoder {
  kind: 'lstm' | 'gru' | 'simpleRNN';
  /** Units per direction. */
  hiddenSize: number;
  /** 1 unless told. */
  layers?: number;
  /** True unless told. */
  bidirectional?: boolean;
  /** The dropout rate between layers. */
  dropout?: number;
}

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

export type EncoderChoice = RecurrentEncoder | EncoderMaker;

/** Builds the chosen encoder. Throws OptionError on an unknown name. */
export function makeEncoder(
  where: string,
  choice: EncoderChoice,
  sizes: EncoderSizes,
): Module & SequenceLayer<unknown> {
  if (typeof choice === 'function') return choice(sizes);
  if (typeof choice !== 'object' || choice === null)
    throw new OptionError(where, `\`encoder\` must be { kind, hiddenSize } or a function, got ${show(choice)}`);
  knownOptions(`${where} \`encoder\``, choice, ['kind', 'hiddenSize', 'layers', 'bidirectional', 'dropout']);
  const { kind, bidirectional = true, ...rest } = choice;
  const options = { ...rest, ...sizes, bidirectional };
  return networks[oneOf(where, 'encoder.kind', kind, Object.keys(networks) as RecurrentEncoder['kind'][])](options);
}

const networks = {
  lstm: (options: LSTMOptions) => lstm(options),
  gru: (options: GRUOptions) => gru(options),
  simpleRNN: (options: SimpleRNNOptions) => simpleRNN(options),
};
