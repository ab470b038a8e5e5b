/** Saved tokenisers: JSON that says what it is. */
import { DataError, show } from '@seqloom/core/errors';
import { Vocabulary } from '../vocabulary.js';

interface Loaded {
  readonly json: Record<string, unknown>;
  readonly vocabulary: Vocabulary;
  readonly fail: (problem: string) => never;
}

/** The fields of a saved tokeniser and its vocabulary. Throws DataError when it is of another format or version. */
export function loadedJSON(where: string, format: string, version: number, value: unknown): Loaded {
  const fail = (problem: string): never => {
    throw new DataError(where, problem, { hint: 'pass what toJSON() gave' });
  };
  const json = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (json.format !== format) return fail(`not ${format}: ${show(value)}`);
  if (json.version !== version) return fail(`version ${show(json.version)} is not known here, only ${version}`);
  return { json, vocabulary: Vocabulary.fromJSON(json.vocabulary), fail };
}
