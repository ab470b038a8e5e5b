/** The bytes of a binary file, read with bounds: what lies outside or is wrong is a CheckpointError that says at which byte. */
import { CheckpointError, OptionError, show } from '@seqloom/core/errors';

/** Little-endian numbers out of `bytes`, which are not copied. */
export class FileBytes {
  readonly bytes: Uint8Array;
  /** For what was checked with `range` before. */
  readonly view: DataView;
  readonly #where: string;

  constructor(where: string, bytes: Uint8Array) {
    if (!(bytes instanceof Uint8Array)) {
      throw new OptionError(where, `the file must be given as a Uint8Array, got ${show(bytes)}`);
    }
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
  }

  get length(): number {
    return this.bytes.length;
  }

  u32(at: number, what: string): number {
    this.range(at, 4, what);
    return this.view.getUint32(at, true);
  }

  /** Throws when `size` bytes at `at` are not all before `end`. */
  range(at: number, size: number, what: string, end: number = this.length): void {
    if (at + size > end) this.fail(at, `${what} would need ${size} bytes, but only ${Math.max(0, end - at)} are there`);
  }

  /** Throws when the four letters at `at` are not `tag`. */
  tag(at: number, tag: string, what: string): void {
    this.range(at, 4, what);
    const found = String.fromCharCode(...this.bytes.subarray(at, at + 4));
    if (found !== tag) this.fail(at, `expected '${tag}', with which ${what} begins, got ${show(found)}`);
  }

  fail(at: number, problem: string, hint?: string): never {
    throw new CheckpointError(this.#where, `byte ${at}: ${problem}`, { hint });
  }
}
