/** CQDB, the "constant quark database" of CRFsuite's model files: names ↔ numbers, looked up where they lie in the file. */
import { DataError, show } from '@seqloom/core/errors';
import type { AttributeTable } from '../feature-model.js';
import type { FileBytes } from './file-bytes.js';
import { lookup3 } from './lookup3.js';

export const tableCount = 256;
export const headerSize = 24;
export const byteOrderMark = 0x62445371;
/** Where the first record stands. */
export const recordStart: number = headerSize + 8 * tableCount;

/** More steps than this for a name, on average, no honest hash table takes: they are half empty. */
const stepLimit = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The names 0 … size − 1 of the database at `base`; all of it is checked once, nothing is copied. */
export class QuarkDatabase implements AttributeTable {
  readonly size: number;
  readonly #file: FileBytes;
  readonly #base: number;
  readonly #end: number;
  readonly #links: number;
  #key: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #keyView: DataView = new DataView(this.#key.buffer);
  #steps = 0;

  /** Throws a CheckpointError where the database does not hold exactly `size` names; `what` they are called in errors. */
  constructor(file: FileBytes, base: number, size: number, what: string) {
    this.#file = file;
    this.#base = base;
    this.size = size;
    file.tag(base, 'CQDB', `the database of ${what}`);
    const bytes = file.u32(base + 4, `the size of the database of ${what}`);
    file.range(base, bytes, `the database of ${what}`);
    if (bytes < recordStart) file.fail(base + 4, `a database of ${bytes} bytes is smaller than its own header`);
    this.#end = base + bytes;
    if (file.view.getUint32(base + 12, true) !== byteOrderMark) file.fail(base + 12, 'the byte order is unknown');
    const links = file.view.getUint32(base + 16, true);
    if (links !== size) file.fail(base + 16, `the database has ${links} ${what}, but the header of the file ${size}`);
    this.#links = base + file.view.getUint32(base + 20, true);
    if (size > 0) file.range(this.#links, 4 * size, `the list of ${what}`, this.#end);
    for (let t = 0; t < tableCount; t++) this.#checkTable(base + headerSize + 8 * t, what);
    for (let id = 0; id < size; id++) this.#checkName(id, what);
  }

  id(name: string): number {
    return this.#find(this.#encode(name));
  }

  name(id: number): string {
    const { record, length } = this.#record(id);
    return decoder.decode(this.#file.bytes.slice(record + 8, record + 8 + length)); // a copy: it may be shared memory
  }

  /** Where the record of a number stands, and how long its name is. */
  #record(id: number): { record: number; length: number } {
    if (!Number.isInteger(id) || id < 0 || id >= this.size) {
      throw new DataError('AttributeTable.name', `there is no number ${show(id)}: they go from 0 to ${this.size - 1}`);
    }
    const record = this.#base + this.#file.view.getUint32(this.#links + 4 * id, true);
    return { record, length: this.#file.view.getUint32(record + 4, true) - 1 };
  }

  /** Puts the name into the key, with zeros behind it; returns its length in bytes. */
  #encode(name: string): number {
    this.#reserve(3 * name.length);
    const key = this.#key;
    let length = 0;
    for (; length < name.length; length++) {
      const code = name.charCodeAt(length);
      if (code > 127) {
        length = encoder.encodeInto(name, key).written;
        break;
      }
      key[length] = code;
    }
    for (let i = length; i < length + 13; i++) key[i] = 0; // sooner done than `fill` is called
    return length;
  }

  #reserve(length: number): void {
    if (length + 13 <= this.#key.length) return;
    this.#key = new Uint8Array(2 * (length + 13));
    this.#keyView = new DataView(this.#key.buffer);
  }

  /** The number of the name in the key, −1 where there is none. */
  #find(length: number): number {
    const view = this.#file.view;
    const hash = lookup3(this.#keyView, 0, length + 1); // the 0 behind the name is hashed with it
    const table = this.#base + headerSize + 8 * (hash & 255);
    const offset = view.getUint32(table, true);
    const slots = offset === 0 ? 0 : view.getUint32(table + 4, true);
    const first = this.#base + offset;
    for (let step = 0, slot = (hash >>> 8) % slots; step < slots; step++, slot = slot + 1 === slots ? 0 : slot + 1) {
      this.#steps++;
      const record = view.getUint32(first + 8 * slot + 4, true);
      if (record === 0) return -1;
      if (view.getInt32(first + 8 * slot, true) !== hash) continue;
      if (this.#holdsKey(this.#base + record, length)) return view.getUint32(this.#base + record, true);
    }
    return -1;
  }

  #holdsKey(record: number, length: number): boolean {
    const { view, bytes } = this.#file;
    if (record + 9 + length > this.#end || view.getUint32(record + 4, true) !== length + 1) return false;
    const [key, keyView] = [this.#key, this.#keyView];
    let i = 0;
    for (; i + 4 <= length; i += 4) if (view.getInt32(record + 8 + i, true) !== keyView.getInt32(i, true)) return false;
    for (; i < length; i++) if (bytes[record + 8 + i] !== key[i]) return false;
    return view.getUint32(record, true) < this.size;
  }

  #checkTable(at: number, what: string): void {
    const { view } = this.#file;
    const [offset, slots] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (offset === 0 && slots > 0) this.#file.fail(at, `a hash table of ${slots} ${what} is nowhere`);
    if (offset > 0) this.#file.range(this.#base + offset, 8 * slots, `a hash table of ${what}`, this.#end);
  }

  /** Whether the record is whole, its name is UTF-8, and looking the name up gives the number back. */
  #checkName(id: number, what: string): void {
    const { view, bytes } = this.#file;
    const link = this.#links + 4 * id;
    const record = this.#base + view.getUint32(link, true);
    if (record < this.#base + recordStart) this.#file.fail(link, `number ${id} of the ${what} has no name`);
    this.#file.range(record, 9, `number ${id} of the ${what}`, this.#end);
    const length = view.getUint32(record + 4, true) - 1;
    this.#file.range(record + 8, length + 1, `the name of number ${id} of the ${what}`, this.#end);
    this.#reserve(length);
    let ascii = true;
    for (let i = 0; i < length; i++) {
      const byte = bytes[record + 8 + i]!;
      if (byte > 127) ascii = false;
      if (byte === 0) this.#file.fail(record + 8 + i, `a 0 inside the name of number ${id} of the ${what}`);
      this.#key[i] = byte;
    }
    if (bytes[record + 8 + length] !== 0) this.#file.fail(record + 8 + length, 'a name ends without a 0');
    if (!ascii) this.#checkEncoding(record + 8, length);
    this.#key.fill(0, length, length + 13);
    const found = this.#find(length);
    if (found !== id) this.#file.fail(record, `the name of number ${id} of the ${what} is looked up as ${found}`);
    if (this.#steps > stepLimit * (id + 16)) this.#file.fail(record, `the hash tables of the ${what} hold no hashes`);
  }

  #checkEncoding(at: number, length: number): void {
    try {
      decoder.decode(this.#key.subarray(0, length));
    } catch {
      this.#file.fail(at, 'a name is not UTF-8', 'train the model on UTF-8 text');
    }
  }
}
