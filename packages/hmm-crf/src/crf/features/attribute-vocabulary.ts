/** Text attributes and their numbers, for the same items as the feature CRF's. */
import { DataError, show } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { AttributeTable } from '../../feature-crf/feature-model.js';
import { forEachAttribute, type Item } from '../../feature-crf/item.js';

export interface AttributeVocabularyOptions {
  /** Leaves out attributes that fewer items have; 1 unless told. */
  minFreq?: number;
}

const format = 'seqloom/attributes';
const version = 1;

/** A fixed list of attributes; an attribute's number is its place in it. Others are unknown, and say nothing. */
export class AttributeVocabulary implements AttributeTable {
  readonly #names: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(names: readonly string[]) {
    this.#names = names;
    this.#ids = new Map(names.map((name, id) => [name, id]));
  }

  /** The attributes of all items, in the order in which they first appear. Throws a DataError for what is no item. */
  static build(sequences: Iterable<readonly Item[]>, options: AttributeVocabularyOptions = {}): AttributeVocabulary {
    knownOptions('AttributeVocabulary.build', options, ['minFreq']);
    const minFreq = count('AttributeVocabulary.build', 'minFreq', options.minFreq ?? 1);
    const counts = new Map<string, number>();
    let index = 0;
    for (const items of sequences) {
      for (const [t, item] of items.entries()) {
        const place = () => `sequence ${index}, item ${t}`;
        forEachAttribute(item, place, (name) => void counts.set(name, (counts.get(name) ?? 0) + 1));
      }
      index++;
    }
    return new AttributeVocabulary([...counts].filter(([, times]) => times >= minFreq).map(([name]) => name));
  }

  get size(): number {
    return this.#names.length;
  }

  /** −1 for an unknown attribute. */
  id(attribute: string): number {
    return this.#ids.get(attribute) ?? -1;
  }

  /** Throws a DataError where there is no such number. */
  name(id: number): string {
    const name = this.#names[id];
    if (name !== undefined) return name;
    throw new DataError('AttributeVocabulary.name', `no attribute has the number ${show(id)}`, {
      hint: `numbers go from 0 to ${this.size - 1}`,
    });
  }

  toJSON(): object {
    return { format, version, attributes: this.#names };
  }

  /** What `toJSON` gave. Throws a DataError on anything else. */
  static fromJSON(value: unknown): AttributeVocabulary {
    const fail = (problem: string): never => {
      throw new DataError('AttributeVocabulary.fromJSON', problem, { hint: 'pass what toJSON() gave' });
    };
    const json = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    if (json.format !== format) return fail(`no vocabulary of attributes: ${show(value)}`);
    if (json.version !== version) return fail(`version ${show(json.version)} is not known here, only ${version}`);
    const names = json.attributes;
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
      return fail('`attributes` must be a list of strings');
    }
    if (new Set(names).size < names.length) return fail('`attributes` holds one of them twice');
    return new AttributeVocabulary(names);
  }
}
