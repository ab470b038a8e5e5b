/** What does not fit in memory is an error with its sizes, and not a crash. */
import { DataError, OptionError } from '@seqloom/core/errors';

/** Tables of all pairs of labels are then half a gigabyte each. */
const mostLabels = 8192;
/** Features: more weights than that, several times over, fit in no WebAssembly memory. */
const mostFeatures = 2 ** 26;

/** Throws a DataError for more labels than a chain can have. */
export function checkLabelCount(where: string, labels: number): void {
  if (labels <= mostLabels) return;
  throw new DataError(
    where,
    `${labels} labels are too many: every pair of them takes a number, at most ${mostLabels}`,
    {
      hint: 'are the labels in the right column? a label is one of few classes, not an attribute',
    },
  );
}

/** Throws an OptionError where every attribute with every label makes too many features. */
export function checkPossibleStates(where: string, attributes: number, labels: number): void {
  if (attributes * labels <= mostFeatures) return;
  const product = `${attributes} attributes × ${labels} labels are ${attributes * labels} features`;
  throw new OptionError(where, `\`possibleStates\`: ${product}, more than ${mostFeatures}`, {
    hint: 'leave `possibleStates` off: features seen in the data are enough for almost everything',
  });
}

/** What `make` gives; a DataError with what there was to place, where memory cannot hold it. */
export function placed<T>(where: string, what: () => string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const hint = 'raise `minFreq`, or train on fewer sequences: WebAssembly has 4 GB at most';
    throw new DataError(where, `${what()} do not fit in memory`, { hint, cause });
  }
}
