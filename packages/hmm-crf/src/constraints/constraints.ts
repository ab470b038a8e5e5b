/** Which paths may be taken at all. */
import { ShapeError } from '@seqloom/core/errors';

export type Flags = readonly (boolean | number)[];

/** What is allowed, 1 or true = allowed; everything is where a field is left out. */
export interface Constraints {
  /** [K]: where a sequence may begin. */
  readonly initial?: Flags;
  /** [K][K]: from → to. */
  readonly transition?: readonly Flags[];
  /** [K]: where a sequence may end. */
  readonly final?: Flags;
}

/** Throws a ShapeError unless the constraints are for `size` states. */
export function checkConstraints(where: string, { initial, transition, final }: Constraints, size: number): void {
  for (const [name, flags] of Object.entries({ initial, final })) {
    if (flags && flags.length !== size) throw wrong(where, name, `[${size}]`, `[${flags.length}]`);
  }
  if (transition && (transition.length !== size || transition.some((row) => row.length !== size))) {
    throw wrong(where, 'transition', `[${size}][${size}]`, `[${transition.length}][${transition[0]?.length ?? 0}]`);
  }
}

/** What all of the given constraints allow: a tag scheme and rules of one's own, for example. Throws a ShapeError where they are not for the same states. */
export function combineConstraints(...all: readonly Constraints[]): Constraints {
  const given = <Name extends keyof Constraints>(name: Name) => all.flatMap((each) => (each[name] ? [each[name]] : []));
  const [initial, transition, final] = [given('initial'), given('transition'), given('final')];
  const size = (initial[0] ?? transition[0] ?? final[0])?.length ?? 0;
  for (const each of all) checkConstraints('combineConstraints', each, size);
  const every = (rows: readonly Flags[]): Flags => rows[0]!.map((_, k) => rows.every((row) => row[k]));
  return {
    ...(initial[0] && { initial: every(initial) }),
    ...(transition[0] && { transition: transition[0].map((_, from) => every(transition.map((rows) => rows[from]!))) }),
    ...(final[0] && { final: every(final) }),
  };
}

function wrong(where: string, name: string, expected: string, actual: string): ShapeError {
  return new ShapeError(where, `\`allowed.${name}\` must have shape ${expected}, got ${actual}`);
}
