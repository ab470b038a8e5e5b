/** The tokens of a word as they are found, and what becomes of what is unknown. */
import type { WordTokens } from '../pipeline.js';

const encoder = new TextEncoder();

/** The token that stands for a byte where characters may be unknown. */
function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

/** Collects tokens; unknown ones become the tokens of their bytes, or `unknown` (side by side one only with `fuse`), or nothing. */
export class TokenList implements WordTokens {
  readonly ids: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly #unknown: number | undefined;
  readonly #fuse: boolean;
  readonly #byteIds: ReadonlyMap<string, number> | undefined;
  #afterUnknown = false;

  constructor(unknown: number | undefined, fuse: boolean, byteIds?: ReadonlyMap<string, number>) {
    this.#unknown = unknown;
    this.#fuse = fuse;
    this.#byteIds = byteIds;
  }

  add(id: number | undefined, text: string, start: number, end: number): void {
    const bytes = id === undefined ? this.#bytes(text) : undefined;
    if (id !== undefined) this.#push([id], start, end, false);
    else if (bytes) this.#push(bytes, start, end, false);
    else if (this.#unknown === undefined) return;
    else if (this.#fuse && this.#afterUnknown) this.ends[this.ends.length - 1] = end;
    else this.#push([this.#unknown], start, end, true);
  }

  #bytes(text: string): number[] | undefined {
    const byteIds = this.#byteIds;
    const ids = byteIds && Array.from(encoder.encode(text), (byte) => byteIds.get(byteToken(byte)));
    return ids?.every((id) => id !== undefined) ? ids : undefined;
  }

  #push(ids: readonly number[], start: number, end: number, unknown: boolean): void {
    for (const id of ids) {
      this.ids.push(id);
      this.starts.push(start);
      this.ends.push(end);
    }
    this.#afterUnknown = unknown;
  }
}
