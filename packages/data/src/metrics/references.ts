/** What outputs are compared with: one or several texts each. */
import { DataError, ShapeError } from '@seqloom/core/errors';

/** For each output one text, or several that are as good. */
export type References = readonly (string | readonly string[])[];

/** A list of references for each output. Throws ShapeError when the numbers differ and DataError when there is no output or one has no reference. */
export function listReferences(where: string, outputs: readonly string[], references: References): string[][] {
  if (outputs.length !== references.length)
    throw new ShapeError(where, `got ${outputs.length} outputs and references for ${references.length}`);
  if (outputs.length === 0) throw new DataError(where, 'there is no output to compare');
  const lists = references.map((each) => (typeof each === 'string' ? [each] : [...each]));
  const missing = lists.findIndex(({ length }) => length === 0);
  if (missing >= 0) throw new DataError(where, `output ${missing} has no reference`);
  return lists;
}

/** How a score was computed, in sacrebleu's form, from the numbers of references; the version is that of sacrebleu whose numbers these are. */
export function signatureOf(counts: readonly number[], ...parts: readonly string[]): string {
  const references = counts.every((each) => each === counts[0]) ? counts[0] : 'var';
  return [`nrefs:${references}`, ...parts, 'version:2.6.0-seqloom'].join('|');
}
