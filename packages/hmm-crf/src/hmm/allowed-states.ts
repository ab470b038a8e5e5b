/** States that are known in part: which of them each row may have. */
import { DataError, ShapeError, show } from '@seqloom/core/errors';

/** What is known of one row's state: the state, some states of which it is one, or nothing (−1, null). */
export type KnownState = number | null | readonly number[];

/** Which states rows may have, [N,K], 1 = allowed, from what is known of each. Throws a DataError that names the row. */
export function allowedStates(known: ArrayLike<KnownState>, stateCount: number): Uint8Array {
  const out = new Uint8Array(known.length * stateCount);
  for (let row = 0; row < known.length; row++) {
    const states = known[row]!;
    if (states === null || states === -1) {
      out.fill(1, row * stateCount, (row + 1) * stateCount);
      continue;
    }
    for (const state of typeof states === 'number' ? [states] : states) {
      if (!(Number.isInteger(state) && state >= 0 && state < stateCount))
        throw new DataError('allowedStates', `row ${row}: ${show(state)} is no state from 0 to ${stateCount - 1}`);
      out[row * stateCount + state] = 1;
    }
  }
  return out;
}

/** Throws unless `allowed` is [N,K] with a state at every row. */
export function checkAllowed(where: string, allowed: Uint8Array, rows: number, stateCount: number): void {
  if (!(allowed instanceof Uint8Array) || allowed.length !== rows * stateCount)
    throw new ShapeError(where, `\`allowed\` must have shape [${rows},${stateCount}], got ${show(allowed)}`);
  for (let row = 0; row < rows; row++) {
    const none = allowed.subarray(row * stateCount, (row + 1) * stateCount).every((bit) => bit === 0);
    if (none) throw new DataError(where, `row ${row} of \`allowed\` allows no state`);
  }
}
