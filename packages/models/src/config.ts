/** What a file says about the ready model inside it. */
import {
  CheckpointError,
  type JsonValue,
  loadWeights,
  type Module,
  OptionError,
  readConfig,
  show,
} from '@seqloom/core';

const version = 1;

/** A config to be saved: anything that JSON can say, under the name of its class. */
export function configFor(kind: string, fields: object): JsonValue {
  return JSON.parse(JSON.stringify({ kind, version, ...fields })) as JsonValue;
}

/** A file and what is given again to read it: the part of the user's own that its config may want, by name. */
interface Restorable<Parts> {
  readonly bytes: Uint8Array;
  readonly parts: Parts;
  readonly part: keyof Parts & string;
}

/**
 * The model of a file that a `kind` was saved to: `build` makes it from its config and the part that this stands for, and it gets its weights. Throws
 * CheckpointError when the bytes are something else, OptionError where a part of its own is missing; leaves nothing behind.
 */
export async function restored<Config, Parts extends object, Choice, Model extends Module>(
  kind: string,
  { bytes, parts, part }: Restorable<Parts>,
  build: (config: Config, choice: Choice) => Model,
): Promise<Model> {
  const config = await configOf<Config & Record<string, SavedPart<Choice>>>(kind, bytes);
  const model = build(config, chosen(`${kind}.load`, part, config[part] as SavedPart<Choice>, parts[part] as Choice));
  try {
    await loadWeights(model, bytes);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function configOf<Fields>(kind: string, bytes: Uint8Array): Promise<Fields> {
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
function chosen<Choice>(where: string, name: string, part: SavedPart<Choice>, given: Choice | undefined): Choice {
  if (part !== 'own') return part as Choice;
  if (given) return given;
  throw new OptionError(where, `this model has a part of its own as \`${name}\``, {
    hint: `pass the same \`${name}\``,
  });
}
