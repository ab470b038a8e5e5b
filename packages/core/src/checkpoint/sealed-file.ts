/** Seqloom's own files: safetensors with a kind, a JSON record, and a SHA-256 over every byte. */
import { CheckpointError, show, UsageError } from '../errors.js';
import { readSafetensors, type StoredTensor, type TensorFile, writeSafetensors } from './safetensors.js';

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
const fields = ['format', 'version', 'kind', 'record', 'sha256'];

/** The bytes of a file. The digest is of the file with zeros in its place. */
export async function seal({ kind, tensors, record }: SealedFile): Promise<Uint8Array<ArrayBuffer>> {
  const metadata = { format: 'seqloom', version, kind, sha256: blank, record: JSON.stringify(record) };
  const bytes = writeSafetensors({ tensors, metadata });
  bytes.set(new TextEncoder().encode(await digest(bytes)), digestOffset(bytes, blank));
  return bytes;
}

/** Reads a file of ours and checks its digest, or a foreign safetensors file (which has no kind and no record). */
export async function unseal(
  bytes: Uint8Array,
): Promise<SealedFile | { kind: undefined; tensors: TensorFile['tensors'] }> {
  const { tensors, metadata } = readSafetensors(bytes);
  const ours = fields.filter((field) => field in metadata);
  if (metadata.format !== 'seqloom' && ours.every((field) => field === 'format')) return { kind: undefined, tensors };
  const { format, version: found, kind, record = '', sha256 = '' } = metadata;
  if (format !== 'seqloom' || ours.length < fields.length) throw damaged(`its metadata are incomplete`);
  if (found !== version) {
    const hint = 'it was written by another version of Seqloom: update this one';
    throw new CheckpointError(where, `format version ${show(found)} is not ${version}`, { hint });
  }
  if (kind !== 'weights' && kind !== 'checkpoint') throw damaged(`its kind is ${show(kind)}`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw damaged('its checksum is not one');
  const unsealed = bytes.slice();
  unsealed.set(new TextEncoder().encode(blank), digestOffset(bytes, sha256));
  if ((await digest(unsealed)) !== sha256) throw damaged('its checksum is wrong');
  return { kind, tensors, record: JSON.parse(record) };
}

function damaged(why: string): CheckpointError {
  return new CheckpointError(where, `the file is damaged: ${why}`, { hint: 'use another copy of it' });
}

/** Where the digest stands in the header: after its name, which no earlier string can hold unescaped. */
function digestOffset(bytes: Uint8Array, sha256: string): number {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = Array.from(bytes.subarray(8, 8 + Math.min(length, 512)), (byte) => String.fromCharCode(byte)).join('');
  const at = text.indexOf(`"sha256":"${sha256}"`);
  if (at === -1) throw damaged('its checksum is not where it belongs');
  return 8 + at + '"sha256":"'.length;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    const hint = 'serve the page over https or from localhost';
    throw new UsageError(where, 'checksums need crypto.subtle, which pages have only in a secure context', { hint });
  }
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
