/** Records from the lines of a text, and what becomes of one that breaks the format. */
import { type DataError, isSeqError } from '@seqloom/core/errors';
import { lineBlocks, type TextSource } from './text-source.js';

export interface ReadOptions {
  /** Is given the error of each record that breaks the format, which is left out then; without it the first one stops the reading. */
  onBad?: (error: DataError) => void;
}

/** Is fed every line, then `end()`: each gives the record that it completed, if any, or throws DataError and goes on behind the bad record. */
export interface LineParser<T> {
  line(line: string): T | undefined;
  end(): T | undefined;
}

/** What `parser` finds in `source`. */
export async function* records<T>(
  where: string,
  source: TextSource,
  parser: LineParser<T>,
  onBad?: (error: DataError) => void,
): AsyncGenerator<T> {
  const attempt = (line?: string): T | undefined => {
    try {
      return line === undefined ? parser.end() : parser.line(line);
    } catch (error) {
      if (!onBad || !isSeqError(error) || error.name !== 'DataError') throw error;
      onBad(error);
      return undefined;
    }
  };
  for await (const lines of lineBlocks(where, source)) {
    for (const line of lines) {
      const record = attempt(line);
      if (record !== undefined) yield record;
    }
  }
  const last = attempt();
  if (last !== undefined) yield last;
}
