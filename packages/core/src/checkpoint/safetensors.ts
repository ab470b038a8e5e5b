/** The safetensors format: an 8-byte length, a JSON header, and the tensors' bytes without gaps (github.com/huggingface/safetensors). */
import { CheckpointError, show } from '../errors.js';
import { oneOf } from '../options.js';
import { decoders, numberToHalf, type StoredType, type StoredValues } from './stored-types.js';

/** One tensor as it stands in a file. */
export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly values: StoredValues;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const where = 'readSafetensors';
const lengthBytes = 8;
const metadataName = '__metadata__';

/** How real numbers are written: as they are, or rounded to half the bytes (11 significant bits, up to 65504). */
export type FloatFormat = 'F32' | 'F16';

/** The bytes of a file with these tensors, in this order. */
export function writeSafetensors(
  { tensors, metadata }: TensorFile,
  { floats = 'F32' }: { floats?: FloatFormat } = {},
): Uint8Array<ArrayBuffer> {
  oneOf('writeSafetensors', 'floats', floats, ['F32', 'F16']);
  const half = floats === 'F16';
  const header: Record<string, unknown> = { [metadataName]: metadata };
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { dtype, shape, values }] of tensors) {
    const rounded = half && dtype === 'float32';
    const { buffer, byteOffset, byteLength } = rounded ? Uint16Array.from(values, numberToHalf) : values;
    parts.push(new Uint8Array(buffer, byteOffset, byteLength));
    header[name] = { dtype: rounded ? 'F16' : formatNames[dtype], shape, data_offsets: [end, end + byteLength] };
    end += byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = lengthBytes + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, lengthBytes, start); // the header is padded with spaces
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - lengthBytes), true);
  bytes.set(json, lengthBytes);
  let at = start;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Reads any safetensors file but those of 8-bit floats; float kinds become float32, whole kinds int32. Throws a CheckpointError that names what is wrong. */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const { header, start } = parseHeader(bytes);
  const { [metadataName]: metadata = {}, ...entries } = header;
  checkMetadata(metadata);
  const spans = Object.entries(entries).map(([name, entry]) => span(name, entry));
  checkCoverage(spans, bytes.length - start);
  const tensors = spans.map(({ name, format, shape, from, to }): [string, StoredTensor] => {
    const { dtype, decode } = decoders[format]!;
    const part = new Uint8Array(bytes.subarray(start + from, start + to)).buffer; // a copy, so that any offset is aligned
    return [name, { dtype, shape, values: decode(part, name) }];
  });
  return { tensors: new Map(tensors), metadata };
}

const formatNames: Record<StoredType, string> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

interface Span {
  name: string;
  format: string;
  shape: number[];
  from: number;
  to: number;
}

function parseHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (!(bytes instanceof Uint8Array) || bytes.length < lengthBytes) throw notOne('it is shorter than 8 bytes');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - lengthBytes)) throw notOne('its header is longer than the file');
  const start = lengthBytes + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(lengthBytes, start)));
  } catch (cause) {
    throw notOne('its header is not JSON', cause);
  }
  if (!isRecord(header)) throw notOne('its header is not a JSON object');
  return { header, start };
}

function notOne(why: string, cause?: unknown): CheckpointError {
  const hint = 'the file is damaged, cut off, or of another format';
  return new CheckpointError(where, `this is not a safetensors file: ${why}`, { hint, cause });
}

function checkMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  if (isRecord(metadata) && Object.values(metadata).every((value) => typeof value === 'string')) return;
  throw notOne('its metadata are not strings');
}

function span(name: string, entry: unknown): Span {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const format = String(dtype);
  if (!Object.hasOwn(decoders, format)) {
    const hint = `readable: ${Object.keys(decoders).join(', ')}`;
    throw new CheckpointError(where, `tensor ${show(name)} has the dtype ${show(dtype)}`, { hint });
  }
  if (!isSizes(shape)) throw new CheckpointError(where, `tensor ${show(name)} has the shape ${show(shape)}`);
  const size = shape.reduce((a, b) => a * b, 1) * decoders[format]!.bytes;
  const [from, to] = isSizes(offsets) ? offsets : [];
  if (from === undefined || to === undefined || to - from !== size) {
    throw new CheckpointError(where, `tensor ${show(name)} needs ${size} bytes, but its offsets are ${show(offsets)}`);
  }
  return { name, format, shape, from, to };
}

/** Every byte belongs to exactly one tensor. */
function checkCoverage(spans: readonly Span[], size: number): void {
  let end = 0;
  for (const { name, from, to } of [...spans].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) {
      const problem = from < end ? 'overlaps the one before it' : `leaves ${from - end} bytes unused before it`;
      throw new CheckpointError(where, `tensor ${show(name)} ${problem}`);
    }
    end = to;
  }
  if (end === size) return;
  const problem = end > size ? `is cut off: ${end - size} bytes are missing` : `has ${size - end} bytes too many`;
  throw new CheckpointError(where, `the file ${problem}`, { hint: 'copy or download it again' });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
