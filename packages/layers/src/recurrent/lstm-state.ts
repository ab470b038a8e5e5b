/** What LSTM cells share: their state, its shapes, and biases that hold a gate open. */
import type { DimsEntry, Initializer } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** What an LSTM carries: its output and its memory, both [B,U] (the output [B,P] where it is projected). */
export interface LSTMState {
  readonly hidden: tf.Tensor2D;
  readonly cell: tf.Tensor2D;
}

/** Zeros: hidden [B,outputSize] and cell [B,units]. */
export function zeroLSTMState(batch: number, units: number, outputSize: number = units): LSTMState {
  return { hidden: tf.zeros([batch, outputSize]), cell: tf.zeros([batch, units]) };
}

/** For `dims`. */
export function lstmShapes(state: LSTMState, units: number, outputSize: number = units): Record<string, DimsEntry> {
  return { 'state.hidden': [state?.hidden, `B ${outputSize}`], 'state.cell': [state?.cell, `B ${units}`] };
}

/** A bias [gates·U] that is `value` for one gate and 0 elsewhere: 1 keeps a forget gate open, so that the memory lasts from the start (Jozefowicz et al. 2015). */
export function gateBias(gates: number, gate: number, value = 1): Initializer {
  return ([size]) => {
    const units = (size as number) / gates;
    return new Float32Array(size as number).fill(value, gate * units, (gate + 1) * units);
  };
}
