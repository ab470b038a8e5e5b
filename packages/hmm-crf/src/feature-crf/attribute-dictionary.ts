/** Attributes numbered in the order in which they come. */
import type { AttributeTable } from './feature-model.js';

/**
 * A hash table of its own, open and linearly probed: looking up is most of what tagging costs, and half as long here as in a Map, whose keys lie
 * all over the memory. A slot is one word, so that few cache lines are read: the number of the attribute, from 1 on, in its low bits (0: empty), and
 * in the others those of the hash, which tell most other attributes apart without a look at their names.
 */
export class AttributeDictionary implements AttributeTable {
  readonly #names: string[] = [];
  /** A power of two; at most half of them are used. */
  #slots: Int32Array = new Int32Array(1024);

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.intern(name);
  }

  get size(): number {
    return this.#names.length;
  }

  id(attribute: string): number {
    const slots = this.#slots;
    const names = this.#names;
    const low = slots.length - 1;
    const hash = hashOf(attribute);
    for (let place = hash & low; ; place = (place + 1) & low) {
      const slot = slots[place]!;
      if (slot === 0) return -1;
      if (((slot ^ hash) & ~low) === 0 && names[(slot & low) - 1] === attribute) return (slot & low) - 1;
    }
  }

  name(id: number): string {
    return this.#names[id]!;
  }

  /** The number of an attribute; a new one gets the next. */
  intern(attribute: string): number {
    const known = this.id(attribute);
    if (known >= 0) return known;
    const id = this.#names.push(attribute) - 1;
    if (2 * this.#names.length > this.#slots.length) this.#grow();
    else this.#put(id);
    return id;
  }

  #put(id: number): void {
    const slots = this.#slots;
    const low = slots.length - 1;
    const hash = hashOf(this.#names[id]!);
    let place = hash & low;
    while (slots[place] !== 0) place = (place + 1) & low;
    slots[place] = (hash & ~low) | (id + 1);
  }

  #grow(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let id = 0; id < this.#names.length; id++) this.#put(id);
  }
}

/** Multiplies and mixes, a code unit at a time. */
function hashOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
