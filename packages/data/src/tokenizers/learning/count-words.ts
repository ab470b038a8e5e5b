/** How often each word occurs in texts, words being what a tokeniser learns from. */
import { DataError, show } from '@seqloom/core/errors';
import { type Examples, pipe } from '../../pipe.js';

/** The counts in the order of first occurrence; `done` is awaited after each text. Throws DataError when an example is no text. */
export async function countWords(
  where: string,
  texts: Examples<string>,
  words: (text: string) => readonly string[],
  pause: (done: number) => Promise<void> | undefined,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const text of pipe(texts)) {
    if (typeof text !== 'string') throw new DataError(where, `expected texts, got ${show(text)}`);
    for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    await pause(0);
  }
  return counts;
}
