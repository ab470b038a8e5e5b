/** Layers that never look ahead, by name, so that a config can say them, and layers of one's own. */
import { knownOptions, type Module, OptionError, oneOf, type RecurrentLayer, show } from '@seqloom/core';
import { gru, lstm } from '@seqloom/layers';
import type { EncoderSizes } from './encoders.js';

/** Any causal layer: recurrent, a Transformer with its cache, a state space. */
export type CausalLayer = Module & RecurrentLayer<unknown>;

/** Recurrent layers by their name. */
export interface RecurrentCausal {
  kind: 'lstm' | 'gru';
  hiddenSize: number;
  /** 1 unless told. */
  layers?: number;
}

/** Makes a causal layer of one's own; it is given again when the model is loaded. */
export type CausalMaker = (sizes: EncoderSizes) => CausalLayer;

export type CausalChoice = RecurrentCausal | CausalMaker;

/** Builds the chosen layer. Throws OptionError on an unknown name. */
export function makeCausal(where: string, choice: CausalChoice, sizes: EncoderSizes): CausalLayer {
  if (typeof choice === 'function') return choice(sizes);
  if (typeof choice !== 'object' || choice === null)
    throw new OptionError(where, `\`layer\` must be { kind, hiddenSize } or a function, got ${show(choice)}`);
  knownOptions(`${where} \`layer\``, choice, ['kind', 'hiddenSize', 'layers']);
  const { kind, ...rest } = choice;
  oneOf(where, 'layer.kind', kind, ['lstm', 'gru']);
  const options = { ...rest, ...sizes };
  return (kind === 'lstm' ? lstm(options) : gru(options)) as CausalLayer;
}
