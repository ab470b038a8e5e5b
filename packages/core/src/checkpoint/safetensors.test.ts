import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../errors.js';
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.js';

const float = (shape: number[], ...values: number[]): StoredTensor => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from(values),
});

/** A file with any header (an object, or text as it stands) and any data. */
function file(header: unknown, data: Iterable<number> = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
  return Uint8Array.of(...length, ...json, ...data);
}

describe('safetensors', () => {
  it('reads what it writes: any names, shapes, types and values', () => {
    const values = (size: number) =>
      fc.oneof(
        fc.record({
          dtype: fc.constant('float32' as const),
          values: fc.float32Array({ minLength: size, maxLength: size }),
        }),
        fc.record({
          dtype: fc.constant('int32' as const),
          values: fc.int32Array({ minLength: size, maxLength: size }),
        }),
        fc.record({
          dtype: fc.constant('bool' as const),
          values: fc.uint8Array({ minLength: size, maxLength: size, max: 1 }),
        }),
      );
    const tensor = fc
      .array(fc.nat(3), { maxLength: 3 })
      .chain((shape) => values(shape.reduce((a, b) => a * b, 1)).map((rest) => ({ shape, ...rest }) as StoredTensor));
    const name = fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('__'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor)), fc.dictionary(name, fc.string()), (entries, metadata) => {
        const tensors = new Map(entries);
        const read = readSafetensors(writeSafetensors({ tensors, metadata }));
        expect([...read.tensors]).toEqual([...tensors]);
        expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
      }),
    );
  });

  it('lays out bytes as the format says', () => {
    const bytes = writeSafetensors({ tensors: new Map([['a', float([2], 1, -2)]]), metadata: { by: 'us' } });
    const header = '{"__metadata__":{"by":"us"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect([...bytes.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it.each([
    ['F64', Float64Array.of(1.5, -2, 1e300), 'float32', [1.5, -2, Infinity]],
    [
      'F16',
      Uint16Array.of(0x3e00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x8000),
      'float32',
      [1.5, -2, 2 ** -24, 65504, -Infinity, -0],
    ],
    ['F16', Uint16Array.of(0x7e00), 'float32', [Number.NaN]],
    ['BF16', Uint16Array.of(0x3fc0, 0xc000, 0xff80), 'float32', [1.5, -2, -Infinity]],
    ['I32', Int32Array.of(7, -(2 ** 31)), 'int32', [7, -(2 ** 31)]],
    ['U8', Uint8Array.of(0, 255), 'int32', [0, 255]],
    ['I8', Int8Array.of(-128, 127), 'int32', [-128, 127]],
    ['U16', Uint16Array.of(0, 65535), 'int32', [0, 65535]],
    ['I16', Int16Array.of(-32768, 7), 'int32', [-32768, 7]],
    ['U32', Uint32Array.of(0, 2 ** 31 - 1), 'int32', [0, 2 ** 31 - 1]],
    ['U64', BigUint64Array.of(0n, 7n), 'int32', [0, 7]],
    ['I64', BigInt64Array.of(-(2n ** 31n), 7n), 'int32', [-(2 ** 31), 7]],
    ['BOOL', Uint8Array.of(1, 0), 'bool', [1, 0]],
  ] as const)('reads %s of other writers', (dtype, raw, expectedType, expected) => {
    const data = new Uint8Array(raw.buffer);
    const header = { x: { dtype, shape: [raw.length], data_offsets: [0, data.length] } };
    const tensor = readSafetensors(file(header, data)).tensors.get('x')!;
    expect([tensor.dtype, ...tensor.values]).toEqual([expectedType, ...expected]);
  });

  const throughHalf = (values: number[]) => {
    const tensors = new Map([['a', float([values.length], ...values)]]);
    const bytes = writeSafetensors({ tensors, metadata: {} }, { floats: 'F16' });
    return [...readSafetensors(bytes).tensors.get('a')!.values];
  };

  it('writes every half float as it is, and what lies between two as the nearer one, ties to even', () => {
    const header = { x: { dtype: 'F16', shape: [0x7c00], data_offsets: [0, 2 * 0x7c00] } };
    const codes = Uint16Array.from({ length: 0x7c00 }, (_, code) => code);
    const halves = [...readSafetensors(file(header, new Uint8Array(codes.buffer))).tensors.get('x')!.values];
    const signed = [...halves, ...halves.map((half) => -half), Infinity, -Infinity, Number.NaN];
    expect(throughHalf(signed)).toEqual(signed);
    const middles = halves.slice(1).map((half, code) => (half + halves[code]!) / 2);
    expect(throughHalf(middles)).toEqual(middles.map((_, code) => halves[code + (code % 2)]));
    expect(throughHalf(middles.map((middle) => middle * (1 - 2 ** -13)))).toEqual(halves.slice(0, -1));
    expect(throughHalf(middles.map((middle) => -middle * (1 + 2 ** -13)))).toEqual(
      halves.slice(1).map((half) => -half),
    );
    expect(throughHalf([65519, 65520, -1e30, 2 ** -25, 3e-8])).toEqual([65504, Infinity, -Infinity, 0, 2 ** -24]);
  });

  it('halves real numbers only', () => {
    const values = Int32Array.of(70000, -3);
    const tensors = new Map<string, StoredTensor>([['whole', { dtype: 'int32', shape: [2], values }]]);
    const bytes = writeSafetensors({ tensors, metadata: {} }, { floats: 'F16' });
    expect(bytes).toEqual(writeSafetensors({ tensors, metadata: {} }));
    expect(() => writeSafetensors({ tensors, metadata: {} }, { floats: 'F8' as 'F16' })).toThrow(
      /must be one of F32, F16/,
    );
  });

  it('reads a view into a larger buffer, at any offset', () => {
    const bytes = writeSafetensors({ tensors: new Map([['a', float([1], 3)]]), metadata: {} });
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 13);
    expect(readSafetensors(larger.subarray(13, 13 + bytes.length)).tensors.get('a')).toEqual(float([1], 3));
  });

  const entry = (from: number, to: number, rest: object = {}) => ({
    dtype: 'F32',
    shape: [(to - from) / 4],
    data_offsets: [from, to],
    ...rest,
  });
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /shorter than 8 bytes/],
    ['text', new TextEncoder().encode('{"model": "of another kind"}'), /header is longer than the file/],
    ['a header that is longer than the file', file({}).fill(99, 0, 1), /header is longer than the file/],
    ['a header that is far too long', file({}).fill(255, 0, 8), /header is longer than the file/],
    ['no JSON', file('nonsense'), /header is not JSON/],
    ['no UTF-8', file({}).fill(0xff, 8), /header is not JSON/],
    ['a list', file('[]'), /not a JSON object/],
    ['metadata of numbers', file({ __metadata__: { a: 1 } }), /metadata are not strings/],
    ['an unknown dtype', file({ a: entry(0, 4, { dtype: 'F8_E4M3' }) }, [1, 2, 3, 4]), /'a' has the dtype 'F8_E4M3'/],
    [
      'a dtype out of Object.prototype',
      file({ a: entry(0, 4, { dtype: 'toString' }) }, [1, 2, 3, 4]),
      /dtype 'toString'/,
    ],
    ['too large a number', file({ a: entry(0, 4, { dtype: 'U32' }) }, [0, 0, 0, 128]), /'a' holds 2147483648, but/],
    ['no entry', file({ a: null }), /'a' has the dtype undefined/],
    ['a negative shape', file({ a: entry(0, 4, { shape: [-1] }) }, [1, 2, 3, 4]), /'a' has the shape \[-1\]/],
    ['a shape that is not one', file({ a: entry(0, 4, { shape: 'x' }) }, [1, 2, 3, 4]), /'a' has the shape 'x'/],
    [
      'a huge shape',
      file({ a: entry(0, 4, { shape: [2 ** 53 - 1, 2 ** 53 - 1] }) }, [1, 2, 3, 4]),
      /offsets are \[0,4\]/,
    ],
    ['offsets that do not fit the shape', file({ a: entry(0, 4, { shape: [2] }) }, [1, 2, 3, 4]), /needs 8 bytes/],
    ['three offsets', file({ a: entry(0, 4, { data_offsets: [0] }) }, [1, 2, 3, 4]), /offsets are \[0\]/],
    ['overlapping tensors', file({ a: entry(0, 8), b: entry(4, 12) }, new Uint8Array(12)), /'b' overlaps/],
    ['a gap', file({ a: entry(0, 4), b: entry(8, 12) }, new Uint8Array(12)), /'b' leaves 4 bytes unused/],
    ['missing data', file({ a: entry(0, 8) }, new Uint8Array(7)), /cut off: 1 bytes are missing/],
    ['more data', file({ a: entry(0, 8) }, new Uint8Array(9)), /1 bytes too many/],
  ])('says what is wrong with %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(CheckpointError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});
