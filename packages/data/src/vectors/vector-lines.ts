/** The lines of a file of word vectors. */
import { DataError, show } from '@seqloom/core/errors';
import type { LineParser } from '../formats/records.js';

export interface WordVector {
  readonly word: string;
  readonly vector: Float32Array;
}

const space = 32;
const tab = 9;

/** Finds the wanted words' vectors; counts fields in every line, reads numbers only where they are wanted. */
export class VectorLines implements LineParser<WordVector> {
  /** Numbers in each vector; 0 before the first line. */
  size = 0;
  /** Vectors so far, wanted or not. */
  words = 0;
  readonly #where: string;
  readonly #limit: number;
  readonly #wanted: (word: string) => boolean;
  #line = 0;
  #announced: number | undefined;

  constructor(where: string, limit: number, wanted: (word: string) => boolean = () => true) {
    this.#where = where;
    this.#limit = limit;
    this.#wanted = wanted;
  }

  line(line: string): WordVector | undefined {
    this.#line++;
    const text = line.replace(/[ \t]+$/, ''); // word2vec ends its lines with a blank
    if (text === '' || this.words >= this.#limit) return undefined;
    if (this.#line === 1 && this.#isHeader(text)) return undefined;
    if (this.size === 0) this.size = trailingNumbers(text);
    const end = wordEnd(text, this.size);
    if (this.size === 0 || end <= 0) {
      throw this.#bad(`expected a word and ${this.size || 'its'} numbers, got ${show(text)}`);
    }
    this.words++;
    const word = text.slice(0, end);
    return this.#wanted(word) ? { word, vector: this.#numbers(text.slice(end + 1)) } : undefined;
  }

  end(): undefined {
    if (this.#announced === undefined || this.words >= Math.min(this.#announced, this.#limit)) return;
    throw new DataError(this.#where, `the first line announces ${this.#announced} words, there are ${this.words}`, {
      hint: 'the file may be cut short',
    });
  }

  #isHeader(text: string): boolean {
    const [, words, size] = /^(\d+)[ \t](\d+)$/.exec(text) ?? [];
    if (words === undefined || Number(size) === 0) return false;
    this.#announced = Number(words);
    this.size = Number(size);
    return true;
  }

  #numbers(text: string): Float32Array {
    return Float32Array.from(text.split(/[ \t]/), (field) => {
      const value = Number(field);
      if (field !== '' && Number.isFinite(value)) return value;
      throw this.#bad(`${show(field)} is not a number`);
    });
  }

  #bad(problem: string): DataError {
    return new DataError(this.#where, `line ${this.#line}: ${problem}`);
  }
}

/** How many numbers end a line, the first field being a word in any case. */
function trailingNumbers(text: string): number {
  const fields = text.split(/[ \t]/).slice(1).reverse();
  const other = fields.findIndex((field) => field === '' || !Number.isFinite(Number(field)));
  return other === -1 ? fields.length : other;
}

/** Where the word before the last `size` fields ends; -1 when there are fewer. */
function wordEnd(text: string, size: number): number {
  let fields = 0;
  for (let i = text.length - 1; i > 0; i--) {
    const unit = text.charCodeAt(i);
    if ((unit === space || unit === tab) && ++fields === size) return i;
  }
  return -1;
}
