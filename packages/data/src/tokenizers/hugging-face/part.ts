/** A part of a tokenizer.json, read field by field with errors that name it. */
import { DataError, show } from '@seqloom/core/errors';

/** An object of the file; `path` says where in it. */
export class Part {
  readonly path: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(path: string, value: unknown) {
    this.path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new DataError(path, `expected an object, got ${show(value)}`);
    }
    this.#fields = value as Record<string, unknown>;
  }

  get type(): string {
    return this.text('type');
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  /** The field as it stands. */
  value(name: string): unknown {
    return this.#fields[name];
  }

  text(name: string, otherwise?: string): string {
    return this.#checked(name, 'a text', otherwise, (value) => typeof value === 'string');
  }

  flag(name: string, otherwise?: boolean): boolean {
    return this.#checked(name, 'true or false', otherwise, (value) => typeof value === 'boolean');
  }

  count(name: string, otherwise?: number): number {
    return this.#checked(
      name,
      'a whole number',
      otherwise,
      (value) => Number.isInteger(value) && (value as number) >= 0,
    );
  }

  list(name: string, otherwise?: readonly unknown[]): readonly unknown[] {
    return this.#checked(name, 'a list', otherwise, Array.isArray);
  }

  part(name: string): Part {
    return new Part(`${this.path}.${name}`, this.#fields[name]);
  }

  parts(name: string): Part[] {
    return this.list(name).map((value, i) => new Part(`${this.path}.${name}[${i}]`, value));
  }

  /** The error of a part that is not understood. */
  unsupported(what: string = `type ${show(this.#fields.type)}`): DataError {
    return new DataError(this.path, `${what} is not supported`);
  }

  #checked<T>(name: string, kind: string, otherwise: T | undefined, fits: (value: unknown) => boolean): T {
    const value = this.#fields[name] ?? otherwise;
    if (fits(value)) return value as T;
    throw new DataError(this.path, `\`${name}\` must be ${kind}, got ${show(value)}`);
  }
}
