/** Plain text: one example a line, and two files whose lines belong together. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError } from '@seqloom/core/errors';
import { records } from './records.js';
import { checkSource, placeOf, type TextSource } from './text-source.js';

/** A line and its translation. */
export interface SentencePair {
  readonly source: string;
  readonly target: string;
}

const everyLine = { line: (line: string): string => line, end: (): undefined => undefined };

/** The lines of a text without their ends, empty ones included, read anew at each iteration. */
export function readLines(source: TextSource): Dataset<string> {
  checkSource('readLines', source);
  return dataset(() => records(placeOf('readLines', source), source, everyLine));
}

/** The lines of two texts side by side. Throws DataError, with the line, when one text ends before the other. */
export function readParallel(source: TextSource, target: TextSource): Dataset<SentencePair> {
  for (const side of [source, target]) checkSource('readParallel', side);
  return dataset(() => pairs(source, target));
}

async function* pairs(source: TextSource, target: TextSource): AsyncGenerator<SentencePair> {
  const names = [placeOf('the source', source), placeOf('the target', target)];
  const sides = [source, target].map((side) => records(placeOf('readParallel', side), side, everyLine));
  try {
    for (let line = 1; ; line++) {
      const [left, right] = await Promise.all(sides.map((side) => side.next()));
      if (left!.done && right!.done) return;
      if (left!.done || right!.done) {
        const [short, long] = left!.done ? names : [...names].reverse();
        throw new DataError('readParallel', `line ${line}: ${short} has ended, ${long} goes on`, {
          hint: 'each line must have its translation, if an empty one, on the same line of the other text',
        });
      }
      yield { source: left!.value, target: right!.value };
    }
  } finally {
    await Promise.all(sides.map((side) => side.return(undefined)));
  }
}
