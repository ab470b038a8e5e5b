/** What a user gives as one item of a sequence: a token as its attributes, by sklearn-crfsuite's conventions. */
import { DataError, show } from '@seqloom/core/errors';

/**
 * Attributes that hold, each with weight 1; or a record: a number is the weight of its name, `true` is 1, `false` leaves it out, and a string
 * makes the attribute `name=value`.
 */
export type Item = readonly string[] | Readonly<Record<string, number | boolean | string>>;

/** A sequence to learn from: one label for each item. */
export interface LabelledItems {
  readonly items: readonly Item[];
  readonly labels: readonly string[];
  /** How much it counts: as if it were there so many times; 1 unless told. Perceptron and AROW, as CRFsuite's, do not look at it. */
  readonly weight?: number;
}

/** Calls `visit` for every attribute of `item` in order; throws a DataError for a value that is no attribute, saying `where` it stood. */
export function forEachAttribute(
  item: Item,
  where: () => string,
  visit: (attribute: string, weight: number) => void,
): void {
  if (Array.isArray(item)) {
    for (const attribute of item as readonly string[]) {
      if (typeof attribute !== 'string') throw unreadable(where(), `the attribute ${show(attribute)} is no string`);
      visit(attribute, 1);
    }
    return;
  }
  if (typeof item !== 'object' || item === null) throw unreadable(where(), `${show(item)} is no item`);
  for (const name in item) {
    const value = (item as Record<string, unknown>)[name];
    if (typeof value === 'string') visit(`${name}=${value}`, 1);
    else if (value === true) visit(name, 1);
    else if (typeof value === 'number' && Number.isFinite(value)) visit(name, value);
    else if (value !== false) throw unreadable(where(), `attribute '${name}' has the value ${show(value)}`);
  }
}

function unreadable(where: string, problem: string): DataError {
  return new DataError('FeatureCRF', `${where}: ${problem}`, {
    hint: 'an item is a list of strings, or a record of finite numbers, booleans and strings',
  });
}
