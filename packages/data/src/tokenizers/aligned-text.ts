/** A text that was rewritten and knows from where each of its parts comes. */

/** `text` in place of [start, end). */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Origins {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** `text` with edits that do not overlap, in their order. */
export function edited(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return at === 0 && edits.length === 0 ? text : out + text.slice(at);
}

/** An immutable text with the place of each of its code units in the text it was made of. */
export class AlignedText {
  readonly text: string;
  /** Where the text begins that was not edited: then unit i comes from base + i. */
  readonly #base: number;
  readonly #origins: Origins | undefined;

  private constructor(text: string, base: number, origins?: Origins) {
    this.text = text;
    this.#base = base;
    this.#origins = origins;
  }

  /** A text as it stands, which begins at `base` of a longer one. */
  static of(text: string, base = 0): AlignedText {
    return new AlignedText(text, base);
  }

  slice(start: number, end: number): AlignedText {
    if (start === 0 && end === this.text.length) return this;
    const origins = this.#origins && {
      starts: this.#origins.starts.subarray(start, end),
      ends: this.#origins.ends.subarray(start, end),
    };
    return new AlignedText(
      this.text.slice(start, end),
      start === end ? this.source(start, end)[0] : this.#base + start,
      origins,
    );
  }

  /** The text with edits, whose units all come from the whole of what they stand for. */
  edit(edits: readonly Edit[]): AlignedText {
    if (edits.length === 0) return this;
    const text = edited(this.text, edits);
    const origins = { starts: new Int32Array(text.length), ends: new Int32Array(text.length) };
    let [from, to] = [0, 0];
    const keep = (end: number) => {
      for (; from < end; from++, to++) [origins.starts[to], origins.ends[to]] = this.source(from, from + 1);
    };
    for (const { start, end, text: replacement } of edits) {
      keep(start);
      const [first, last] = this.source(start, end);
      origins.starts.fill(first, to, to + replacement.length);
      origins.ends.fill(last, to, to + replacement.length);
      to += replacement.length;
      from = end;
    }
    keep(this.text.length);
    return new AlignedText(text, this.#base, origins);
  }

  /** The place [start, end) in the source, empty for what was only put in. */
  source(start: number, end: number): [start: number, end: number] {
    if (!this.#origins) return [this.#base + start, this.#base + end];
    const { starts, ends } = this.#origins;
    if (start < end) return [starts[start]!, ends[end - 1]!];
    const at = start < starts.length ? starts[start]! : (ends[start - 1] ?? this.#base);
    return [at, at];
  }
}
