/** Checks of option objects, so that a misspelt or impossible option is an error that names itself. */
import { OptionError, show } from './errors.js';

/** Throws an OptionError when `options` is not an object or has a field that is not in `known`. */
export function knownOptions(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(where, `expected an options object, got ${show(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new OptionError(where, `unknown option \`${name}\``, { hint: `known options: ${known.join(', ')}` });
  }
}

/** A whole number of at least `minimum` (1 unless told). */
export function count(where: string, name: string, value: number, minimum = 1): number {
  if (Number.isInteger(value) && value >= minimum) return value;
  throw new OptionError(where, `\`${name}\` must be a whole number of at least ${minimum}, got ${show(value)}`);
}

/** A finite number within [minimum, maximum]. */
export function within(
  where: string,
  name: string,
  value: number,
  minimum: number,
  maximum: number = Infinity,
): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= minimum && value <= maximum) return value;
  throw new OptionError(where, `\`${name}\` must be a number from ${minimum} to ${maximum}, got ${show(value)}`);
}

/** One of a fixed set of names. */
export function oneOf<T extends string>(where: string, name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new OptionError(where, `\`${name}\` must be one of ${allowed.join(', ')}, got ${show(value)}`);
}
