/** Checks that the parts of a decoder fit each other. */
import type { Attends } from '@seqloom/core';
import { count, OptionError, stateTensors } from '@seqloom/core';
import { cellOf } from '../recurrent/recurrent.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';

/** Throws OptionError unless there are a cell that reads `reads` values and an attention. */
export function decoderParts<S, Keys>(
  where: string,
  { cell, attention }: { cell: RecurrentCell<S>; attention: Attends<Keys> },
  reads: Readonly<Record<string, number>>,
): void {
  cellOf(where, cell);
  if (typeof attention?.remember !== 'function' || typeof attention.attend !== 'function')
    throw new OptionError(where, '`attention` must have `remember` and `attend`');
  const parts = Object.entries(reads).map(([name, size]) => `${name} ${count(where, name, size)}`);
  const total = Object.values(reads).reduce((sum, size) => sum + size, 0);
  if (cell.inputSize === undefined || cell.inputSize === total) return;
  throw new OptionError(where, `\`cell\` must have inputSize ${total} (${parts.join(' + ')}), got ${cell.inputSize}`);
}

/** The number of rows of a state. */
export function batchOf(state: unknown): number {
  return stateTensors(state)[0]?.shape[0] ?? 0;
}
