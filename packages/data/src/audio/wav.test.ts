/** WAV files: what is written is read, what a header lies is not believed. */
import { gzipSync } from 'node:zlib';
import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeWav, readWav } from './read-wav.js';
import { encodings, type WavEncoding } from './wav-encodings.js';
import { mono } from './waveform.js';
import { type WrittenWavEncoding, writeWav } from './write-wav.js';

const rng = new Rng(1);
const noise = (length: number) => Float32Array.from({ length }, () => 2 * rng.uniform() - 1);
const sound = { channels: [noise(101), noise(101), noise(101)], sampleRate: 44_100 };

/** A chunk, padded to an even number of bytes. */
function chunk(name: string, body: readonly number[]): number[] {
  const size = [0, 8, 16, 24].map((shift) => (body.length >> shift) & 255);
  return [...new TextEncoder().encode(name), ...size, ...body, ...(body.length % 2 ? [0] : [])];
}

function wav(...chunks: number[][]): Uint8Array {
  const body = [...new TextEncoder().encode('WAVE'), ...chunks.flat()];
  return Uint8Array.from(chunk('RIFF', body));
}

function formatOf(encoding: WavEncoding, channels = 1, extensible = false): number[] {
  const { tag, bytes } = encodings[encoding];
  const rest = [channels, 0, 0x40, 0x1f, 0, 0, 0, 0, 0, 0, bytes * channels, 0, bytes * 8, 0];
  return chunk(
    'fmt ',
    extensible ? [0xfe, 0xff, ...rest, 22, 0, 0, 0, 0, 0, 0, 0, tag, ...Array(15).fill(0)] : [tag, 0, ...rest],
  );
}

test.each<[WrittenWavEncoding, number]>([
  ['pcm16', 15],
  ['pcm24', 23],
  ['float32', 60],
])('%s: written and read', async (encoding, bits) => {
  const bytes = writeWav(sound, encoding);
  for (const source of [bytes, new Blob([bytes]), gzipSync(bytes)]) {
    const { channels, sampleRate } = await readWav(source);
    expect([sampleRate, channels.length]).toEqual([44_100, 3]);
    for (const [c, samples] of channels.entries())
      for (const [i, value] of samples.entries())
        expect(Math.abs(value - sound.channels[c]![i]!)).toBeLessThanOrEqual(2 ** -bits);
  }
  const again = writeWav(decodeWav(bytes), encoding);
  expect(again).toEqual(bytes);
});

const ends: [WavEncoding, number[], number[]][] = [
  ['pcm8', [0, 128, 255], [-1, 0, 127 / 128]],
  ['pcm16', [0, 128, 0, 0, 255, 127], [-1, 0, 32767 / 32768]],
  ['pcm24', [0, 0, 128, 255, 255, 255, 255, 255, 127], [-1, -(2 ** -23), 1 - 2 ** -23]],
  ['pcm32', [0, 0, 0, 128, 0, 0, 0, 64], [-1, 0.5]],
  ['float64', [0, 0, 0, 0, 0, 0, 0xe0, 0x3f], [0.5]],
  ['alaw', [0x2a, 0xaa, 0xd5, 0x55], [-32256 / 32768, 32256 / 32768, 8 / 32768, -8 / 32768]],
  ['mulaw', [0x00, 0x80, 0xff, 0x7f], [-32124 / 32768, 32124 / 32768, 0, 0]],
];

test.each(ends)(
  '%s: the ends of the range, plain and extensible, behind chunks of odd size',
  (encoding, bytes, values) => {
    for (const extensible of [false, true]) {
      const file = wav(
        chunk('LIST', [1, 2, 3]),
        formatOf(encoding, 1, extensible),
        chunk('odd ', [7]),
        chunk('data', bytes),
        chunk('id3 ', [1]),
      );
      const { channels, sampleRate } = decodeWav(file);
      expect(sampleRate).toBe(8000);
      expect(channels.map((samples) => [...samples])).toEqual([values.map(Math.fround)]);
    }
  },
);

test('a file that was cut short or written into a pipe gives what is there', () => {
  const bytes = writeWav(sound);
  expect(decodeWav(bytes.subarray(0, 44 + 6 * 10 + 1)).channels[2]).toEqual(
    decodeWav(bytes).channels[2]!.subarray(0, 10),
  );
  for (const told of [0, 0xffffffff]) {
    const piped = bytes.slice();
    new DataView(piped.buffer).setUint32(40, told, true);
    expect(decodeWav(piped)).toEqual(decodeWav(bytes));
  }
});

test('a header’s lies are DataErrors, at once and whatever they are', () => {
  expect(() => decodeWav(Uint8Array.from(wav(chunk('data', [1]))))).toThrow(
    'byte 12: samples come before their format',
  );
  expect(() => decodeWav(wav(formatOf('pcm16', 0), chunk('data', [1, 2])))).toThrow('the header is corrupt');
  expect(() => decodeWav(new TextEncoder().encode('OggS…'))).toThrow("begins with 'OggS'");
  expect(() => decodeWav(wav(formatOf('float32'), chunk('data', [0, 0, 192, 127])))).toThrow(
    'sample 0 of channel 0 is NaN',
  );
  const whole = writeWav({ channels: [noise(20)], sampleRate: 8000 });
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(damage, fc.nat(whole.length), (bytes, length) => {
      const file = whole.slice(0, length);
      for (const [place, value] of bytes) if (place < length) file[place] = value;
      try {
        const { channels } = decodeWav(file);
        expect(channels.reduce((sum, samples) => sum + samples.length, 0)).toBeLessThanOrEqual(length);
      } catch (error) {
        expect(error).toMatchObject({ name: 'DataError' });
      }
    }),
    { numRuns: 2000 },
  );
});

test('what cannot be written is refused; mono is the mean', () => {
  expect(() => writeWav({ channels: [noise(3), noise(4)], sampleRate: 8000 })).toThrow('channel 1 has 4 samples');
  expect(() => writeWav({ channels: [Float32Array.of(Infinity)], sampleRate: 8000 })).toThrow('sample 0 is Infinity');
  expect([...mono({ channels: [Float32Array.of(1, 0), Float32Array.of(0, -1)] })]).toEqual([0.5, -0.5]);
});
