/** Models in files: JSON with a format and a version, checked before anything is made of it. */
import { CheckpointError, show } from '@seqloom/core/errors';

/** What a file must have, and what is made of it. */
export interface ModelFile<Model> {
  readonly where: string;
  readonly format: string;
  /** Fields without which it is not whole; those that must be lists, so that no size is believed without its numbers, and the others. */
  readonly lists: readonly string[];
  readonly fields: readonly string[];
  make(fields: Record<string, unknown>): Model;
}

/** The model that `toJSON` wrote, from its JSON or the text of it; whatever is wrong with it is a CheckpointError. */
export function readModel<Model>(file: unknown, { where, format, lists, fields, make }: ModelFile<Model>): Model {
  const json = typeof file === 'string' ? parse(where, file) : (file as Record<string, unknown>);
  if (json?.format !== format)
    throw new CheckpointError(where, `expected a file of format ${format}, got ${show(json?.format)}`);
  if (json.version !== 1)
    throw new CheckpointError(where, `version ${show(json.version)} is not known here`, {
      hint: 'it was written by a newer release: update @seqloom/hmm-crf',
    });
  const missing = fields.find((name) => json[name] === undefined);
  if (missing) throw new CheckpointError(where, `\`${missing}\` is missing`);
  const strange = lists.find((name) => !Array.isArray(json[name]));
  if (strange) throw new CheckpointError(where, `\`${strange}\` must be a list, got ${show(json[strange])}`);
  try {
    return make(Object.fromEntries([...lists, ...fields].map((name) => [name, json[name]])));
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : show(cause);
    throw new CheckpointError(where, `the model is not as it should be: ${problem}`, { cause });
  }
}

function parse(where: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(where, 'this is no JSON', { cause });
  }
}
