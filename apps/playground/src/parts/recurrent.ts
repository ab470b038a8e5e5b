/** Which recurrence reads and writes. */
import type { Rng } from '@seqloom/core';
import { gru, lstm, type RecurrentCell, type StatefulLayer, simpleRNN } from '@seqloom/layers';
import { choice } from '../controls/control.js';

const bothWaysOf: Record<CellName, (sizes: NetworkSizes) => StatefulLayer<unknown>> = {
  gru: (sizes) => gru({ ...sizes, bidirectional: true }),
  lstm: (sizes) => lstm({ ...sizes, bidirectional: true }),
  simple: (sizes) => simpleRNN({ ...sizes, bidirectional: true }),
};

const oneWayOf: Record<CellName, (sizes: NetworkSizes) => unknown> = { gru, lstm, simple: simpleRNN };

export type CellName = 'gru' | 'lstm' | 'simple';

export const cellControl = choice({
  label: 'Cell',
  help: 'The recurrence: GRU is the quickest to learn here, LSTM keeps a second memory, simple has no gates.',
  affects: 'model',
  options: [
    { value: 'gru', label: 'GRU' },
    { value: 'lstm', label: 'LSTM' },
    { value: 'simple', label: 'Simple' },
  ],
  initial: 'gru',
});

export const sizeControl = choice({
  label: 'Hidden size',
  help: 'How many numbers a state has. More can hold more, and each step takes longer.',
  affects: 'model',
  options: [32, 64, 128, 256].map((value) => ({ value, label: String(value) })),
  initial: 64,
});

interface NetworkSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly rng: Rng;
}

/** A layer that reads in both directions; each has half of `hiddenSize`. */
export function bothWays(cell: CellName, { hiddenSize, ...rest }: NetworkSizes): StatefulLayer<unknown> {
  return bothWaysOf[cell]({ ...rest, hiddenSize: hiddenSize / 2 });
}

/** A cell that writes, step by step. */
export function oneWay(cell: CellName, sizes: NetworkSizes): RecurrentCell<unknown> {
  return oneWayOf[cell](sizes) as RecurrentCell<unknown>;
}
