/** Constraints by the names of labels: lists of what may be, or of what may not be. */
import { OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import type { Constraints, Flags } from './constraints.js';

/** Labels by name; a field that is left out restricts nothing. */
export interface Moves {
  /** Labels that a sequence begins with. */
  readonly initial?: readonly string[];
  /** [from, to] */
  readonly transition?: readonly (readonly [from: string, to: string])[];
  /** Labels that a sequence ends with. */
  readonly final?: readonly string[];
}

/** Only the listed moves between the K labels are allowed. Throws an OptionError on a name that is no label. */
export function allowMoves(labels: readonly string[], moves: Moves): Constraints {
  return listed('allowMoves', labels, moves, true);
}

/** Everything but the listed moves between the K labels is allowed. Throws an OptionError on a name that is no label. */
export function forbidMoves(labels: readonly string[], moves: Moves): Constraints {
  return listed('forbidMoves', labels, moves, false);
}

function listed(where: string, labels: readonly string[], moves: Moves, flag: boolean): Constraints {
  knownOptions(where, moves, ['initial', 'transition', 'final']);
  const ids = new Map(labels.map((label, id) => [label, id]));
  const id = (label: string) => {
    const found = ids.get(label);
    if (found !== undefined) return found;
    throw new OptionError(where, `${show(label)} is no label`, { hint: `labels: ${labels.slice(0, 20).join(', ')}` });
  };
  const marked = (names: readonly string[]): Flags => {
    const flags = labels.map(() => !flag);
    for (const name of names) flags[id(name)] = flag;
    return flags;
  };
  const { initial, transition, final } = moves;
  const matrix = labels.map(() => labels.map(() => !flag));
  for (const [from, to] of transition ?? []) matrix[id(from)]![id(to)] = flag;
  return {
    ...(initial && { initial: marked(initial) }),
    ...(transition && { transition: matrix }),
    ...(final && { final: marked(final) }),
  };
}
