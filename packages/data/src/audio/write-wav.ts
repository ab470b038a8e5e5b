/** WAV files out. */
import { oneOf } from '@seqloom/core/options';
import { checkSamples } from './samples.js';
import { encodings, type WavEncoding } from './wav-encodings.js';
import { checkWaveform, type Waveform } from './waveform.js';

export type WrittenWavEncoding = Extract<WavEncoding, 'pcm16' | 'pcm24' | 'float32'>;

type Write = (view: DataView, at: number, sample: number) => void;

const writers: Record<WrittenWavEncoding, Write> = {
  pcm16: (view, at, sample) => view.setInt16(at, whole(sample, 0x8000), true),
  pcm24: (view, at, sample) => {
    const value = whole(sample, 0x800000);
    view.setUint8(at, value & 0xff);
    view.setInt16(at + 1, value >> 8, true);
  },
  float32: (view, at, sample) => view.setFloat32(at, sample, true),
};

/** The bytes of a WAV file; whole numbers are rounded, and cut off beyond -1 and 1. Throws DataError on a sample that is not finite. */
export function writeWav(waveform: Waveform, encoding: WrittenWavEncoding = 'pcm16'): Uint8Array<ArrayBuffer> {
  const where = 'writeWav';
  checkWaveform(where, waveform);
  oneOf(where, 'encoding', encoding, ['pcm16', 'pcm24', 'float32']);
  const { channels, sampleRate } = waveform;
  const { bytes, tag } = encodings[encoding];
  const block = bytes * channels.length;
  const size = block * channels[0]!.length;
  const file = new Uint8Array(44 + size + (size % 2));
  const view = new DataView(file.buffer);
  const name = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  name(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  name(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, tag, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * block, true);
  view.setUint16(32, block, true);
  view.setUint16(34, bytes * 8, true);
  name(36, 'data');
  view.setUint32(40, size, true);
  for (const [c, samples] of channels.entries()) {
    checkSamples(where, samples);
    for (const [i, sample] of samples.entries()) writers[encoding](view, 44 + i * block + c * bytes, sample);
  }
  return file;
}

function whole(sample: number, scale: number): number {
  return Math.max(-scale, Math.min(scale - 1, Math.round(sample * scale)));
}
