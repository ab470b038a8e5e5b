/** CRFsuite's text format line by line: `label TAB attribute TAB attribute:weight …`, with `\:` and `\\` for a colon and a backslash inside a name. */
import { DataError, show } from '@seqloom/core/errors';
import type { Item, LabelledItems } from '../item.js';

/** A sequence with its weight in training, 1 unless a line `@weight:…` says otherwise. */
export interface AttributeSequence extends LabelledItems {
  readonly weight: number;
}

interface Field {
  name: string;
  /** The text behind the colon, where there is one. */
  value: string | undefined;
  column: number;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Feed it every line, without its line feed, and an empty one at the end: each returns the sequence that it completed, if any. */
export class AttributeLines {
  readonly #where: string;
  readonly #onBad: ((problem: DataError) => void) | undefined;
  #line = 0;
  #items: Item[] = [];
  #labels: string[] = [];
  #weight = 1;
  #broken = false;

  /** Throws a DataError for what breaks the format, with line and column; or tells `onBad`, once for each sequence, and leaves that out. */
  constructor(where: string, onBad?: (problem: DataError) => void) {
    this.#where = where;
    this.#onBad = onBad;
  }

  line(text: string): AttributeSequence | undefined {
    this.#line++;
    const line = text.slice(
      this.#line === 1 && text.startsWith('\uFEFF') ? 1 : 0,
      text.endsWith('\r') ? -1 : undefined,
    );
    if (line === '') return this.#complete();
    if (this.#broken) return undefined;
    try {
      this.#item(line);
    } catch (error) {
      if (!this.#onBad || !(error instanceof DataError)) throw error;
      this.#broken = true;
      this.#onBad(error);
    }
    return undefined;
  }

  #complete(): AttributeSequence | undefined {
    const sequence = { items: this.#items, labels: this.#labels, weight: this.#weight };
    const complete = !this.#broken && sequence.items.length > 0;
    this.#items = [];
    this.#labels = [];
    this.#weight = 1;
    this.#broken = false;
    return complete ? sequence : undefined;
  }

  #item(line: string): void {
    if (/^[^\t@\\:][^\\:]*$/.test(line)) {
      const [label, ...names] = line.split('\t'); // most lines are as plain as this
      this.#labels.push(label!);
      this.#items.push(names.includes('') ? names.filter((name) => name !== '') : names);
      return;
    }
    const [label, ...attributes] = this.#fields(line);
    if (label === undefined) this.#fail(1, 'a line of nothing but tabs');
    if (label.name.startsWith('@')) {
      this.#declaration(label);
      return;
    }
    if (label.value !== undefined) this.#fail(label.column, `the label ${show(label.name)} has a weight`, colonHint);
    this.#labels.push(label.name);
    this.#items.push(this.#attributes(attributes));
  }

  #declaration({ name, value, column }: Field): void {
    if (name !== '@weight')
      this.#fail(column, `unknown declaration ${show(name)}`, 'only @weight is known; no label begins with @');
    const weight = this.#number(name, value ?? '', column);
    if (weight < 0) this.#fail(column, `the weight of a sequence cannot be ${weight}`);
    this.#weight = weight;
  }

  /** A list of names where all weights are 1, else a record; an attribute that comes twice has the sum of its weights, as in CRFsuite. */
  #attributes(fields: readonly Field[]): Item {
    if (fields.every(({ value }) => value === undefined)) return fields.map(({ name }) => name);
    const item: Record<string, number> = Object.create(null); // a name may be `__proto__`
    for (const { name, value, column } of fields) {
      item[name] = (item[name] ?? 0) + (value === undefined ? 1 : this.#number(name, value, column));
    }
    return item;
  }

  #number(name: string, value: string, column: number): number {
    const number = decimal.test(value) ? Number(value) : Number.NaN;
    if (!Number.isFinite(number))
      this.#fail(column, `the weight of ${show(name)} is ${show(value)}, no number`, colonHint);
    return number;
  }

  /** The fields between tabs; several tabs are one, as in CRFsuite. */
  #fields(line: string): Field[] {
    const fields: Field[] = [];
    let column = 1;
    for (const text of line.split('\t')) {
      if (text !== '') fields.push(this.#field(text, column));
      column += text.length + 1;
    }
    return fields;
  }

  #field(text: string, column: number): Field {
    if (!text.includes('\\')) {
      const [name, value, more] = text.split(':');
      if (more !== undefined) this.#fail(column + text.lastIndexOf(':'), 'a second colon', colonHint);
      return { name: name!, value, column };
    }
    const parts = [''];
    for (let i = 0; i < text.length; i++) {
      const letter = text[i]!;
      if (letter === ':') parts.push('');
      else if (letter === '\\') {
        const escaped = text[++i];
        if (escaped !== ':' && escaped !== '\\')
          this.#fail(column + i - 1, 'a broken escape', 'write \\\\ for a backslash, \\: for a colon');
        parts[parts.length - 1] += escaped;
      } else parts[parts.length - 1] += letter;
      if (parts.length > 2) this.#fail(column + i, 'a second colon', colonHint);
    }
    return { name: parts[0]!, value: parts[1], column };
  }

  #fail(column: number, problem: string, hint?: string): never {
    throw new DataError(this.#where, `line ${this.#line}, column ${column}: ${problem}`, { hint });
  }
}

const colonHint = 'write \\: for a colon that belongs to a name';
