/** What the parameters of emissions have in common: tables that come nested or flat, names of those that stay as they are. */
import { OptionError, ShapeError, show } from '@seqloom/core/errors';
import { oneOf } from '@seqloom/core/options';
import { matrix } from '../distributions.js';

/** Numbers of any rank: nested, or flat and row-major. */
export type Nested = ArrayLike<number> | readonly Nested[];

/** Finite numbers of `shape`, dimensions of 1 left out or not, copied; one number fills them all. Throws a ShapeError or an OptionError that names the parameter. */
export function table(where: string, name: string, given: Nested | number, shape: readonly number[]): Float64Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const columns = shape.at(-1)!;
  if (typeof given === 'number')
    return matrix(where, name, new Float64Array(size).fill(given), [size / columns, columns]);
  const squeezed = shape.filter((n) => n !== 1);
  const nested = typeof given?.[0] === 'object';
  const flat = nested
    ? (flatten(given as Nested, shape) ?? flatten(given as Nested, squeezed))
    : (given as ArrayLike<number>);
  if (flat?.length === size) return matrix(where, name, flat, [size / columns, columns]);
  throw new ShapeError(where, `\`${name}\` must have shape [${shape}], got ${show(given)}`);
}

/** Throws an OptionError unless every number is from `least` to `most`. */
export function bounded(
  where: string,
  name: string,
  numbers: Float64Array,
  least: number,
  most: number = Infinity,
): Float64Array {
  const bad = numbers.findIndex((x) => !(x >= least && x <= most));
  if (bad < 0) return numbers;
  throw new OptionError(where, `\`${name}\` must be numbers from ${least} to ${most}, got ${numbers[bad]} at ${bad}`);
}

/** Throws an OptionError unless every number is above 0. */
export function positive(where: string, name: string, numbers: Float64Array): Float64Array {
  return bounded(where, name, numbers, Number.MIN_VALUE);
}

/** The names of parameters that learning leaves alone. */
export function frozenNames<Name extends string>(
  where: string,
  given: readonly Name[] = [],
  names: readonly Name[],
): ReadonlySet<Name> {
  if (!Array.isArray(given)) throw new OptionError(where, `\`frozen\` must be a list of names, got ${show(given)}`);
  for (const name of given) oneOf(where, 'frozen', name, names);
  return new Set(given);
}

/** The options that a file holds, after its family is seen to be the right one; the constructor checks them. */
export function optionsOf<Options>(where: string, family: string, json: { readonly family: string }): Options {
  const { family: got, ...options } = json;
  if (got === family) return options as unknown as Options;
  throw new OptionError(where, `\`family\` must be ${family}, got ${show(got)}`);
}

/** Flat, or nothing where a list has not the length that `shape` says. */
function flatten(given: Nested, [length, ...rest]: readonly number[]): number[] | undefined {
  if (given?.length !== length) return undefined;
  if (rest.length === 0) return Array.from(given as ArrayLike<number>);
  const parts = Array.from(given as readonly Nested[], (part) => flatten(part, rest));
  return parts.includes(undefined) ? undefined : (parts.flat() as number[]);
}
