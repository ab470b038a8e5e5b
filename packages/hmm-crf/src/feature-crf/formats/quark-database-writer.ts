/** Writes CQDB, the "constant quark database" of CRFsuite's model files, as CRFsuite does: byte for byte. */
import { DataError, show } from '@seqloom/core/errors';
import type { FileWriter } from './file-writer.js';
import { lookup3 } from './lookup3.js';
import { byteOrderMark, headerSize, recordStart, tableCount } from './quark-database.js';

/** Appends the database of the names of 0 … size − 1. Throws a DataError for a name that it cannot hold, or that comes twice. */
export function writeQuarkDatabase(
  file: FileWriter,
  size: number,
  nameOf: (id: number) => string,
  where: string,
): void {
  const base = file.length;
  const hashes = new Uint32Array(size);
  const records = new Uint32Array(size);
  file.zeros(recordStart);
  for (let id = 0; id < size; id++) {
    const name = nameOf(id);
    checkName(name, id, where);
    records[id] = file.length - base;
    file.u32(id);
    file.u32(0);
    const length = file.text(name) + 1;
    file.zeros(1);
    file.patch(base + records[id]! + 4, length);
    hashes[id] = lookup3(file.view, base + records[id]! + 8, length);
  }
  writeTables(file, base, hashes, records, where);
  const links = size > 0 ? file.length - base : 0;
  for (const record of records) file.u32(record);
  file.view.setUint32(base, 0x42445143, true); // 'CQDB'
  file.patch(base + 4, file.length - base, 0, byteOrderMark, size, links);
}

/** 256 tables by the low byte of the hash, twice as large as need be; the rest of the hash says where a search begins. */
function writeTables(file: FileWriter, base: number, hashes: Uint32Array, records: Uint32Array, where: string): void {
  const members = Array.from({ length: tableCount }, (): number[] => []);
  for (const [id, hash] of hashes.entries()) members[hash & 255]!.push(id);
  for (const [t, ids] of members.entries()) {
    if (ids.length === 0) continue;
    const slots = new Int32Array(2 * ids.length).fill(-1);
    for (const id of ids) {
      let slot = (hashes[id]! >>> 8) % slots.length;
      while (slots[slot] !== -1) {
        if (hashes[slots[slot]!] === hashes[id]) checkDifferent(file, base, records, slots[slot]!, id, where);
        slot = (slot + 1) % slots.length;
      }
      slots[slot] = id;
    }
    file.patch(base + headerSize + 8 * t, file.length - base, slots.length);
    for (const id of slots) {
      file.u32(id < 0 ? 0 : hashes[id]!);
      file.u32(id < 0 ? 0 : records[id]!);
    }
  }
}

function checkDifferent(
  { view }: FileWriter,
  base: number,
  records: Uint32Array,
  one: number,
  other: number,
  where: string,
): void {
  const [a, b] = [base + records[one]!, base + records[other]!];
  const length = view.getUint32(a + 4, true);
  for (let i = 4; i < 8 + length; i++) if (view.getUint8(a + i) !== view.getUint8(b + i)) return;
  throw new DataError(where, `the numbers ${one} and ${other} have the same name`);
}

function checkName(name: string, id: number, where: string): void {
  const problem = name.includes('\0') ? 'a character 0' : /\p{Cs}/u.test(name) ? 'half a surrogate pair' : undefined;
  if (problem)
    throw new DataError(where, `the name ${show(name)} of number ${id} has ${problem}, which no file can hold`);
}
