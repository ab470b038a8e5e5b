/** Samples that come in pieces of any length, handed on in blocks of one length. */

/** Blocks of `length` samples, as they become complete; what is left over is the last, shorter one. */
export class Blocks {
  readonly #block: Float32Array;
  #filled = 0;

  constructor(length: number) {
    this.#block = new Float32Array(length);
  }

  push(samples: Float32Array): Float32Array[] {
    const found: Float32Array[] = [];
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#block.length) found.push(...this.end());
    }
    return found;
  }

  /** The last block, if there is one. */
  end(): Float32Array[] {
    const last = this.#block.slice(0, this.#filled);
    this.#filled = 0;
    return last.length > 0 ? [last] : [];
  }
}
