/** A binary file that grows at its end, in little-endian numbers. */

const encoder = new TextEncoder();

export class FileWriter {
  /** How much is written; what lies behind is 0. */
  length = 0;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16);
  #view: DataView = new DataView(this.#bytes.buffer);

  /** The memory of the file, valid until the next write. */
  get view(): DataView {
    return this.#view;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** The text as UTF-8; returns how many bytes that took. */
  text(text: string): number {
    this.#reserve(3 * text.length);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.length));
    this.length += written;
    return written;
  }

  zeros(count: number): void {
    this.#reserve(count);
    this.length += count;
  }

  /** Writes over what stands at `at`. */
  patch(at: number, ...values: readonly number[]): void {
    for (const [i, value] of values.entries()) this.#view.setUint32(at + 4 * i, value, true);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }

  /** Room for `size` more bytes and, behind them, for a hash to look at whole blocks. */
  #reserve(size: number): void {
    const needed = this.length + size + 16;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, needed));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
