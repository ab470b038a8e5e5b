/** Rows of a batch as the numbers of the sources that they came from. */
import type { Penalty, Rule } from '@seqloom/layers';
import { type Hypothesis, UndecodableError } from '@seqloom/layers';

/** Rules that are told which source a row is: `places[row]`. */
export function rulesOf(rules: readonly Rule[], places: readonly number[]): Rule[] {
  return rules.map((rule) => (scores, written) => rule(scores, { ...written, row: places[written.row]! }));
}

/** The same for penalties. */
export function penaltiesOf(penalties: readonly Penalty[], places: readonly number[]): Penalty[] {
  return penalties.map((penalty) => (score, finished) => penalty(score, { ...finished, row: places[finished.row]! }));
}

/** What a search found; an UndecodableError names the sources, of which those of other batches have nothing found. */
export async function named<T>(search: Promise<T>, places: readonly number[], sources: number): Promise<T> {
  try {
    return await search;
  } catch (error) {
    if (!(error instanceof UndecodableError)) throw error;
    const found = Array.from({ length: sources }, (): readonly Hypothesis[] => []);
    for (const [row, place] of places.entries()) found[place] = error.found[row] ?? [];
    const rows = error.rows.map((row) => places[row]!);
    throw new UndecodableError(error.where, rows, found);
  }
}
