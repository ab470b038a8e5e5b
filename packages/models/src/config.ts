/** What a file says about the ready model inside it. */
import { CheckpointError, type JsonValue, OptionError, readConfig, show } from '@seqloom/core';

const version = 1;

/** A config to be saved: anything that JSON can say, under the name of its class. */
export function configFor(kind: string, fields: object): JsonValue {
  return JSON.parse(JSON.stringify({ kind, version, ...fields })) as JsonValue;
}

/** The config of a file that a `kind` was saved to. Throws CheckpointError on anything else. */
export async function configOf<Fields>(kind: string, bytes: Uint8Array): Promise<Fields> {
  const config = await readConfig(bytes);
  const fail = (problem: string, hint?: string): never => {
    throw new CheckpointError(`${kind}.load`, problem, { hint });
  };
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return fail('the file is no ready model');
  const said = config as { readonly kind?: JsonValue; readonly version?: JsonValue };
  if (said.kind !== kind) return fail(`the file holds ${show(said.kind)}`, 'load it with the class of that name');
  if (said.version !== version) return fail(`version ${show(said.version)} is not known here, only ${version}`);
  return config as Fields;
}

/** What a config says of a part: its description, or that a function of the user's made it. */
export type SavedPart<Description> = Description | 'own';

export function saved<Description extends object>(
  choice: Description,
): SavedPart<Exclude<Description, (...given: never[]) => unknown>> {
  return typeof choice === 'function' ? 'own' : (choice as never);
}

/** The part that a config stands for. Throws OptionError where it was the user's own and is not given. */
export function chosen<Description, Maker>(
  where: string,
  name: string,
  part: SavedPart<Description>,
  given: Maker | undefined,
): Description | Maker {
  if (part !== 'own') return part as Description;
  if (given) return given;
  throw new OptionError(where, `this model has a part of its own as \`${name}\``, {
    hint: `pass the same \`${name}\``,
  });
}
