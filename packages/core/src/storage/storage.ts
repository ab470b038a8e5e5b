/** Where checkpoints live, by contract: bytes under a name. */
import { OptionError, show } from '../errors.js';

/** A failed write leaves the old value in place. */
export interface Storage {
  /** The bytes, or undefined when nothing has that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Creates or replaces. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** All names, sorted. */
  list(): Promise<string[]>;
  /** Does nothing when nothing has that name. */
  remove(name: string): Promise<void>;
}

/** A name that every storage can hold: letters, digits, `.`, `-`, `_` and spaces, not beginning with a dot, at most 128. */
export function storageName(where: string, name: string): string {
  if (typeof name === 'string' && /^[\p{L}\p{N}_-][\p{L}\p{N}_. -]{0,127}$/u.test(name)) return name;
  throw new OptionError(where, `${show(name)} cannot be the name of a stored file`, {
    hint: "use letters, digits, '.', '-', '_' and spaces, not beginning with a dot",
  });
}
