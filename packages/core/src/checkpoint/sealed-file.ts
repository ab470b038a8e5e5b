/** Seqloom's own files: safetensors with a kind, a JSON record, and a SHA-256 over every byte. */
import { CheckpointError, show } from '../errors.js';
import { readSafetensors, type StoredTensor, type TensorFile, writeSafetensors } from './safetensors.js';
import { sha256 } from './sha256.js';

export type FileKind = 'weights' | 'checkpoint';

/** Anything that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export interface SealedFile {
  readonly kind: FileKind;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly record: JsonValue;
}

const where = 'checkpoint';
const version = '1';
const blank = '0'.repeat(64);

/** Names of our metadata: others' files have none of them. */
const name = { version: 'seqloom.version', kind: 'seqloom.kind', digest: 'seqloom.sha256', record: 'seqloom.record' };

/** The bytes of a file. The digest is of the file with zeros in its place. */
export async function seal({ kind, tensors, record }: SealedFile): Promise<Uint8Array<ArrayBuffer>> {
  const metadata = {
    format: 'seqloom',
    [name.version]: version,
    [name.kind]: kind,
    [name.digest]: blank,
    [name.record]: JSON.stringify(record),
  };
  const bytes = writeSafetensors({ tensors, metadata });
  bytes.set(new TextEncoder().encode(await sha256(bytes)), digestOffset(bytes, blank));
  return bytes;
}

/** Reads a file of ours and checks its digest, or a foreign safetensors file (which has no kind and no record). */
export async function unseal(
  bytes: Uint8Array,
): Promise<SealedFile | { kind: undefined; tensors: TensorFile['tensors'] }> {
  const { tensors, metadata } = readSafetensors(bytes);
  const ours = metadata.format === 'seqloom' || Object.keys(metadata).some((key) => key.startsWith('seqloom.'));
  if (!ours) return { kind: undefined, tensors };
  const { format, [name.version]: found, [name.kind]: kind, [name.digest]: digest, [name.record]: record } = metadata;
  if (format !== 'seqloom' || record === undefined) throw damaged('its metadata are incomplete');
  if (found !== version) {
    const hint = 'it was written by another version of Seqloom: update this one';
    throw new CheckpointError(where, `format version ${show(found)} is not ${version}`, { hint });
  }
  if (kind !== 'weights' && kind !== 'checkpoint') throw damaged(`its kind is ${show(kind)}`);
  if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest)) throw damaged('its checksum is not one');
  const blanked = new Uint8Array(bytes);
  blanked.set(new TextEncoder().encode(blank), digestOffset(bytes, digest));
  if ((await sha256(blanked)) !== digest) throw damaged('its checksum is wrong');
  return { kind, tensors, record: JSON.parse(record) };
}

function damaged(why: string): CheckpointError {
  return new CheckpointError(where, `the file is damaged: ${why}`, { hint: 'use another copy of it' });
}

/** Where the digest stands in the header: behind its name, which no string before it can hold unescaped. */
function digestOffset(bytes: Uint8Array, digest: string): number {
  const start = Array.from(bytes.subarray(8, 512), (byte) => String.fromCharCode(byte)).join('');
  const before = `"${name.digest}":"`;
  const at = start.indexOf(before + digest);
  if (at === -1) throw damaged('its checksum is not where it belongs');
  return 8 + at + before.length;
}
