/** Layers that never look ahead, by name, so that a config can say them, and layers of one's own. */
import { knownOptions, type Module, OptionError, oneOf, type RecurrentLayer, show } from '@seqloom/core';
import { recurrentNetwork } from '@seqloom/layers';
import { type CellName, cellNames, cells } from './cells.js';
import type { EncoderSizes } from './encoders.js';
import { causalTransformer, type TransformerDescription } from './transformers.js';

/** Any causal layer: recurrent, a Transformer with its cache, a state space. */
export type CausalLayer = Module & RecurrentLayer<unknown>;

/** Layers of recurrent cells. */
export interface RecurrentCausal {
  kind: CellName;
  hiddenSize: number;
  /** 1 unless told. */
  layers?: number;
  /** The dropout rate between layers. */
  dropout?: number;
}

export type CausalDescription = RecurrentCausal | TransformerDescription;

/** Makes a causal layer of one's own; it is given again when the model is loaded. */
export type CausalMaker = (sizes: EncoderSizes) => CausalLayer;

export type CausalChoice = CausalDescription | CausalMaker;

/** Builds the chosen layer. Throws OptionError on an unknown name. */
export function makeCausal(where: string, choice: CausalChoice, sizes: EncoderSizes): CausalLayer {
  if (typeof choice === 'function') return choice(sizes);
  if (typeof choice !== 'object' || choice === null)
    throw new OptionError(where, `\`layer\` must be { kind, … } or a function, got ${show(choice)}`);
  oneOf(where, 'layer.kind', choice.kind, [...cellNames, 'transformer']);
  if (choice.kind === 'transformer') return causalTransformer(`${where} \`layer\``, choice, sizes);
  knownOptions(`${where} \`layer\``, choice, ['kind', 'hiddenSize', 'layers', 'dropout']);
  const { kind, ...rest } = choice;
  return recurrentNetwork({ ...rest, ...sizes, cell: cells[kind] });
}
