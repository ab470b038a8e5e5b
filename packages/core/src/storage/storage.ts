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

/** A name that every storage can hold, on every file system. */
export function storageName(where: string, name: string): string {
  if (typeof name === 'string' && /^[\p{L}\p{N}_-]([\p{L}\p{N}_. -]{0,62}[\p{L}\p{N}_-])?$/u.test(name)) return name;
  throw new OptionError(where, `${show(name)} cannot be the name of a stored file`, {
    hint: "use at most 64 letters, digits, '-', '_', and '.' or spaces between them",
  });
}
