/** Attributes numbered in the order in which they come. */
import type { AttributeTable } from './feature-model.js';

/**
 * A hash table of its own, open and linearly probed: looking up is most of what tagging costs, and half as long here as in a Map, whose keys lie
 * all over the memory.
 */
export class AttributeDictionary implements AttributeTable {
  readonly #names: string[] = [];
  /** Pairs of hash and number, −1 where there is none; at most half of them are used. */
  #slots: Int32Array = new Int32Array(2 * 1024).fill(-1);

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.intern(name);
  }

  get size(): number {
    return this.#names.length;
  }

  id(attribute: string): number {
    return this.#slots[this.#place(attribute, hashOf(attribute)) + 1]!;
  }

  name(id: number): string {
    return this.#names[id]!;
  }

  /** The number of an attribute; a new one gets the next. */
  intern(attribute: string): number {
    const hash = hashOf(attribute);
    const place = this.#place(attribute, hash);
    const known = this.#slots[place + 1]!;
    if (known >= 0) return known;
    const id = this.#names.push(attribute) - 1;
    this.#slots[place] = hash;
    this.#slots[place + 1] = id;
    if (4 * this.#names.length > this.#slots.length) this.#grow();
    return id;
  }

  /** Where the attribute is, or where it would be. */
  #place(attribute: string, hash: number): number {
    const slots = this.#slots;
    const last = slots.length - 2;
    for (let place = (2 * hash) & last; ; place = (place + 2) & last) {
      const id = slots[place + 1]!;
      if (id < 0 || (slots[place] === hash && this.#names[id] === attribute)) return place;
    }
  }

  #grow(): void {
    const before = this.#slots;
    const slots = new Int32Array(2 * before.length).fill(-1);
    const last = slots.length - 2;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from + 1]! < 0) continue;
      let place = (2 * before[from]!) & last;
      while (slots[place + 1]! >= 0) place = (place + 2) & last;
      slots.set(before.subarray(from, from + 2), place);
    }
    this.#slots = slots;
  }
}

/** Multiplies and mixes, a code unit at a time. */
function hashOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
