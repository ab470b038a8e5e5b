/** WAV files in: PCM of 8, 16, 24 and 32 bits, floats, A-law and µ-law, any number of channels. What a header says is checked before it is believed. */
import { DataError } from '@seqloom/core/errors';
import { type ByteSource, byteChunks, concat } from '../formats/byte-chunks.js';
import { placeOf } from '../formats/text-source.js';
import { encodingOf, encodings, type WavEncoding } from './wav-encodings.js';
import type { Waveform } from './waveform.js';

interface Format {
  readonly encoding: WavEncoding;
  readonly channels: number;
  readonly sampleRate: number;
}

/** The sound of a WAV file from wherever its bytes lie, gzip or not. Throws DataError, with the byte, on what is no such file. */
export async function readWav(source: ByteSource): Promise<Waveform> {
  const where = placeOf('readWav', source);
  const parts: Uint8Array[] = [];
  for await (const chunk of byteChunks(where, source)) parts.push(chunk);
  return decodeWav(concat(parts), where);
}

/** The sound of a WAV file's bytes, at once; a file that was cut short, or whose writer never told its length, gives what is there. */
export function decodeWav(bytes: Uint8Array, where = 'decodeWav'): Waveform {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(0) !== 'RIFF' || name(8) !== 'WAVE') {
    throw new DataError(where, `this is no WAV file: it begins with '${name(0)}'`, { hint: hintOf(name(0)) });
  }
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === 'fmt ') format = readFormat(where, view, at + 8, size);
    if (name(at) === 'data') {
      if (!format) throw new DataError(where, `byte ${at}: samples come before their format`);
      const told = size === 0 && at + 8 < bytes.length ? bytes.length : size; // 0 from those who wrote into a pipe
      return readSamples(where, view, at + 8, Math.min(told, bytes.length - at - 8), format);
    }
    at += 8 + size + (size % 2); // chunks of odd size are followed by a byte of padding
  }
  throw new DataError(where, 'the file ends before its samples', {
    hint: 'it was cut short, or a chunk tells a wrong size',
  });
}

function hintOf(name: string): string {
  if (name === 'RIFX' || name === 'RF64')
    return `${name} files (big-endian, over 4 GB) are not read: convert it to WAV`;
  return 'convert it to WAV, or in a browser decode it with AudioContext.decodeAudioData';
}

function readFormat(where: string, view: DataView, at: number, size: number): Format {
  if (size < 16 || at + size > view.byteLength) throw new DataError(where, `byte ${at}: the format is cut short`);
  const [channels, sampleRate] = [view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
  const [block, bits] = [view.getUint16(at + 12, true), view.getUint16(at + 14, true)];
  let tag = view.getUint16(at, true);
  if (tag === 0xfffe) {
    if (size < 40) throw new DataError(where, `byte ${at}: the extensible format is cut short`);
    tag = view.getUint16(at + 24, true);
  }
  const encoding = encodingOf(tag, bits);
  if (!encoding) {
    const problem = `byte ${at}: samples of ${bits} bits in format ${tag} are not read`;
    throw new DataError(where, problem, { hint: 'convert the file to PCM of 16 bits' });
  }
  if (channels === 0 || sampleRate === 0 || block !== channels * encodings[encoding].bytes) {
    const problem = `byte ${at}: ${channels} channels of ${bits} bits, ${block} bytes together, at ${sampleRate} Hz`;
    throw new DataError(where, problem, { hint: 'such a sound cannot be: the header is corrupt' });
  }
  return { encoding, channels, sampleRate };
}

function readSamples(where: string, view: DataView, at: number, size: number, format: Format): Waveform {
  const { bytes, read } = encodings[format.encoding];
  const length = Math.floor(size / (bytes * format.channels));
  const channels = Array.from({ length: format.channels }, () => new Float32Array(length));
  for (const [c, samples] of channels.entries()) {
    let place = at + c * bytes;
    for (let i = 0; i < length; i++, place += bytes * format.channels) {
      const sample = read(view, place);
      if (!Number.isFinite(sample))
        throw new DataError(where, `byte ${place}: sample ${i} of channel ${c} is ${sample}`);
      samples[i] = sample;
    }
  }
  return { channels, sampleRate: format.sampleRate };
}
