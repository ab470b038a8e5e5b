/** What has come of a file whose download is not finished, kept so that another program can go on. */
import { concat } from '../formats/byte-chunks.js';
import type { FileCache } from './file-cache.js';

const newline = 10;

/** The beginning of a file. */
export class PartialFile {
  readonly #cache: FileCache;
  readonly #name: string;
  /** What the server calls this version of the file; empty when it does not say. */
  version = '';
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Whether it was put together from more than one answer. */
  joined = false;

  private constructor(cache: FileCache, name: string) {
    this.#cache = cache;
    this.#name = `${name}.part`;
  }

  /** What an earlier download left, or nothing yet. */
  static async open(cache: FileCache, name: string): Promise<PartialFile> {
    const part = new PartialFile(cache, name);
    const saved = await cache.read(part.#name);
    const end = saved?.indexOf(newline) ?? -1;
    if (saved && end >= 0) {
      part.version = new TextDecoder().decode(saved.subarray(0, end));
      part.add(saved.subarray(end + 1));
    }
    return part;
  }

  get length(): number {
    return this.#length;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  bytes(): Uint8Array {
    return concat(this.#chunks);
  }

  /** Forgets what has come. */
  restart(version: string): void {
    this.version = version;
    this.#chunks = [];
    this.#length = 0;
    this.joined = false;
  }

  /** Keeps what has come for another time, if the cache can: why the download stopped is what the caller must hear. */
  async save(): Promise<void> {
    if (this.length === 0) return;
    const head = new TextEncoder().encode(`${this.version}\n`);
    await this.#cache.write(this.#name, concat([head, ...this.#chunks])).catch(() => {});
  }

  /** Removes what was kept. */
  async remove(): Promise<void> {
    await this.#cache.remove(this.#name);
  }
}
