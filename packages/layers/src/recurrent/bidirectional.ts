/** Two recurrences over one sequence, in both directions of time. */
import type { Sequence, SequenceLayer } from '@seqloom/core';
import { knownOptions, Module, OptionError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { reverseTime } from './reverse-time.js';

/** A sequence layer whose state before the first step is known. */
export interface StatefulLayer<S> extends SequenceLayer<S> {
  initialState(batch: number): S;
  /** As `forward`, from the last step to the first; outputs stay in their places. Layers without it get a reversed input. */
  forwardReversed?(input: Sequence, initial?: S): { output: Sequence; state: S };
}

export interface BidirectionalOptions<F, R> {
  forward: StatefulLayer<F>;
  backward: StatefulLayer<R>;
}

export interface BidirectionalState<F, R> {
  readonly forward: F;
  /** The state after the backward layer has read the first real step. */
  readonly backward: R;
}

/** Concatenates a layer's outputs over time with another's over reversed time (Schuster and Paliwal 1997): [B,T,D] → [B,T,U+U']. */
export class Bidirectional<F, R> extends Module implements StatefulLayer<BidirectionalState<F, R>> {
  readonly outputSize: number;
  readonly forwardLayer: StatefulLayer<F>;
  readonly backwardLayer: StatefulLayer<R>;

  constructor(options: BidirectionalOptions<F, R>) {
    super();
    knownOptions('Bidirectional', options, ['forward', 'backward']);
    this.forwardLayer = layerOf('Bidirectional', 'forward', options.forward);
    this.backwardLayer = layerOf('Bidirectional', 'backward', options.backward);
    this.outputSize = options.forward.outputSize + options.backward.outputSize;
  }

  initialState(batch: number): BidirectionalState<F, R> {
    return { forward: this.forwardLayer.initialState(batch), backward: this.backwardLayer.initialState(batch) };
  }

  /** input [B,T,D] → output [B,T,U+U'] and both states. Padding comes first in reversed time and changes no state there. */
  forward(input: Sequence, initial?: BidirectionalState<F, R>): { output: Sequence; state: BidirectionalState<F, R> } {
    sequenceShape('Bidirectional.forward', input);
    const ahead = this.forwardLayer.forward(input, initial?.forward);
    const back = backwards(this.backwardLayer, input, initial?.backward);
    const values = tf.concat([ahead.output.values, back.output.values], 2);
    return { output: { values, mask: input.mask }, state: { forward: ahead.state, backward: back.state } };
  }
}

function backwards<S>(layer: StatefulLayer<S>, input: Sequence, initial?: S): { output: Sequence; state: S } {
  if (layer.forwardReversed) return layer.forwardReversed(input, initial);
  const { output, state } = layer.forward(reverseTime(input), initial);
  return { output: reverseTime(output), state };
}

/** Checks at run time what the type says, for those who come from JavaScript. */
export function layerOf<L extends StatefulLayer<unknown>>(where: string, name: string, layer: L): L {
  const fits = typeof layer?.forward === 'function' && typeof layer.initialState === 'function' && layer.outputSize > 0;
  if (fits) return layer;
  const problem = `\`${name}\` must be a layer with \`forward\`, \`initialState\` and an \`outputSize\``;
  throw new OptionError(where, problem, { hint: 'a cell becomes a layer by new Recurrent({ cell })' });
}
