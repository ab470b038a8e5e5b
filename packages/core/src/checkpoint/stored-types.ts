/** Number formats of tensor files, and the tensor types that they become. */
import { CheckpointError, show } from '../errors.js';

export type StoredType = 'float32' | 'int32' | 'bool';
export type StoredValues = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

interface Decoder {
  /** Bytes of one number in the file. */
  bytes: number;
  dtype: StoredType;
  /** Throws a CheckpointError that names the tensor where a number is too large for its type. */
  decode(buffer: ArrayBuffer, name: string): StoredValues;
}

/** By the name that safetensors gives the format. */
export const decoders: Readonly<Record<string, Decoder>> = {
  F32: { bytes: 4, dtype: 'float32', decode: (buffer) => new Float32Array(buffer) },
  F64: { bytes: 8, dtype: 'float32', decode: (buffer) => Float32Array.from(new Float64Array(buffer)) },
  F16: { bytes: 2, dtype: 'float32', decode: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber) },
  BF16: { bytes: 2, dtype: 'float32', decode: decodeBrainFloats },
  I32: { bytes: 4, dtype: 'int32', decode: (buffer) => new Int32Array(buffer) },
  U8: { bytes: 1, dtype: 'int32', decode: (buffer) => Int32Array.from(new Uint8Array(buffer)) },
  I8: { bytes: 1, dtype: 'int32', decode: (buffer) => Int32Array.from(new Int8Array(buffer)) },
  U16: { bytes: 2, dtype: 'int32', decode: (buffer) => Int32Array.from(new Uint16Array(buffer)) },
  I16: { bytes: 2, dtype: 'int32', decode: (buffer) => Int32Array.from(new Int16Array(buffer)) },
  U32: { bytes: 4, dtype: 'int32', decode: (buffer, name) => narrowed(new Uint32Array(buffer), name) },
  U64: { bytes: 8, dtype: 'int32', decode: (buffer, name) => narrowed(new BigUint64Array(buffer), name) },
  I64: { bytes: 8, dtype: 'int32', decode: (buffer, name) => narrowed(new BigInt64Array(buffer), name) },
  BOOL: { bytes: 1, dtype: 'bool', decode: (buffer) => new Uint8Array(buffer) },
};

/** Whole numbers of more bits, none of which may need them. */
function narrowed(values: Uint32Array | BigUint64Array | BigInt64Array, name: string): Int32Array<ArrayBuffer> {
  const narrow = new Int32Array(values.length);
  for (const [i, value] of values.entries()) {
    narrow[i] = Number(value);
    if (narrow[i] === Number(value)) continue;
    const problem = `tensor ${show(name)} holds ${value}, but tensors of whole numbers are int32`;
    throw new CheckpointError('readSafetensors', problem, { hint: 'save it as I32, or as F32 or F64 to be rounded' });
  }
  return narrow;
}

/** bfloat16 is the upper half of float32. */
function decodeBrainFloats(buffer: ArrayBuffer): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest binary16, ties to even; what is too large becomes infinite. */
export function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const units = roundToEven(size * 2 ** (10 - exponent)); // a carry into the next exponent is right as it is
  return sign | (((exponent + 14) << 10) + units);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
