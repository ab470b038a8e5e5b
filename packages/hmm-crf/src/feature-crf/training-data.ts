/** Sequences as numbers, in three long arrays: what training reads again and again. */
import { DataError, show } from '@seqloom/core/errors';
import { AttributeDictionary } from './attribute-dictionary.js';
import { forEachAttribute, type Item, type LabelledItems } from './item.js';

/** S sequences of N tokens; attributes and labels are numbered as they come. */
export interface TrainingData {
  readonly labels: readonly string[];
  readonly attributes: AttributeDictionary;
  /** [S+1]: the first token of every sequence. */
  readonly sequences: Int32Array;
  /** [N+1]: the first attribute of every token. */
  readonly tokens: Int32Array;
  /** Ids, ascending within a token, and their weights where not all are 1. */
  readonly attributeIds: Int32Array;
  readonly values: Float64Array | undefined;
  /** [N]. */
  readonly tokenLabels: Int32Array;
  /** [S], where not all are 1. */
  readonly sequenceWeights: Float64Array | undefined;
}

/**
 * Reads all sequences once; they may be made while they are read. Throws a DataError that says where, for a sequence without items, a wrong
 * number of labels, and items and labels that are none; and where there is nothing to choose from: no sequence, or one label only.
 */
export async function encode(data: Iterable<LabelledItems> | AsyncIterable<LabelledItems>): Promise<TrainingData> {
  const encoder = new Encoder();
  for await (const sequence of data) encoder.add(sequence);
  return encoder.finish();
}

class Encoder {
  readonly #attributes = new AttributeDictionary();
  readonly #labels = new AttributeDictionary();
  readonly #sequences = new Growing(Int32Array, [0]);
  readonly #tokens = new Growing(Int32Array, [0]);
  readonly #ids = new Growing(Int32Array);
  readonly #tokenLabels = new Growing(Int32Array);
  readonly #weights = new Growing(Float64Array);
  #values: Growing<Float64Array<ArrayBuffer>> | undefined;

  add({ items, labels, weight = 1 }: LabelledItems): void {
    const s = this.#sequences.length - 1;
    if (items.length === 0) throw unreadable(s, 'there are no items');
    if (labels.length !== items.length) {
      throw unreadable(s, `${items.length} items, but ${labels.length} labels`);
    }
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw unreadable(s, `its weight is ${show(weight)}`);
    for (let t = 0; t < items.length; t++) this.#addToken(items[t]!, labels[t]!, s, t);
    this.#sequences.push(this.#tokens.length - 1);
    this.#weights.push(weight);
  }

  finish(): TrainingData {
    const labels = Array.from({ length: this.#labels.size }, (_, id) => this.#labels.name(id));
    if (labels.length === 0) throw new DataError('trainFeatureCRF', 'the data are empty');
    if (labels.length === 1) {
      throw new DataError('trainFeatureCRF', `all items have the one label ${show(labels[0])}`, {
        hint: 'there must be at least two to choose from',
      });
    }
    const weights = this.#weights.array();
    return {
      labels,
      attributes: this.#attributes,
      sequences: this.#sequences.array(),
      tokens: this.#tokens.array(),
      attributeIds: this.#ids.array(),
      values: this.#values?.array(),
      tokenLabels: this.#tokenLabels.array(),
      sequenceWeights: weights.every((weight) => weight === 1) ? undefined : weights,
    };
  }

  #addToken(item: Item, label: string, s: number, t: number): void {
    if (typeof label !== 'string') throw unreadable(s, `the label of item ${t} is ${show(label)}`);
    const first = this.#ids.length;
    const where = () => `sequence ${s}, item ${t}`;
    forEachAttribute(item, where, (attribute, value) => this.#addAttribute(attribute, value, first));
    this.#tokens.push(this.#ids.length);
    this.#tokenLabels.push(this.#labels.intern(label));
  }

  /** Into its place among the attributes of its token, which are from `first` on. */
  #addAttribute(attribute: string, value: number, first: number): void {
    const id = this.#attributes.intern(attribute);
    if (value !== 1 && !this.#values) {
      this.#values = new Growing(Float64Array, new Array<number>(this.#ids.length).fill(1));
    }
    this.#ids.insert(id, first);
    if (this.#values) this.#values.insertAt(this.#ids.inserted, value);
  }
}

type Numbers = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A list of numbers that grows by half. */
class Growing<A extends Numbers> {
  length = 0;
  /** Where the last `insert` put its number. */
  inserted = 0;
  #numbers: A;
  readonly #make: new (
    length: number,
  ) => A;

  constructor(make: new (length: number) => A, start: readonly number[] = []) {
    this.#make = make;
    this.#numbers = new make(Math.max(1024, start.length));
    this.#numbers.set(start);
    this.length = start.length;
  }

  push(value: number): void {
    this.#makeRoom();
    this.#numbers[this.length++] = value;
  }

  /** Keeps the numbers from `first` on in ascending order. */
  insert(value: number, first: number): void {
    let at = this.length;
    while (at > first && this.#numbers[at - 1]! > value) at--;
    this.insertAt(at, value);
    this.inserted = at;
  }

  insertAt(at: number, value: number): void {
    this.#makeRoom();
    if (at < this.length) this.#numbers.copyWithin(at + 1, at, this.length);
    this.#numbers[at] = value;
    this.length++;
  }

  array(): A {
    return this.#numbers.slice(0, this.length) as A;
  }

  #makeRoom(): void {
    if (this.length < this.#numbers.length) return;
    const numbers = new this.#make(Math.ceil(1.5 * this.length));
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}

function unreadable(s: number, problem: string): DataError {
  return new DataError('trainFeatureCRF', `sequence ${s}: ${problem}`, {
    hint: 'every sequence has at least one item, and one label for each',
  });
}
