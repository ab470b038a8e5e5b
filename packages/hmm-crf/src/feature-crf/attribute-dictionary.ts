/** Attributes numbered in the order in which they come. */
import type { AttributeTable } from './feature-model.js';

export class AttributeDictionary implements AttributeTable {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.intern(name);
  }

  get size(): number {
    return this.#names.length;
  }

  id(attribute: string): number {
    return this.#ids.get(attribute) ?? -1;
  }

  name(id: number): string {
    return this.#names[id]!;
  }

  /** The number of an attribute; a new one gets the next. */
  intern(attribute: string): number {
    const known = this.#ids.get(attribute);
    if (known !== undefined) return known;
    const id = this.#names.push(attribute) - 1;
    this.#ids.set(attribute, id);
    return id;
  }
}
