/** How WAV files write a sample: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html */

export type WavEncoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64' | 'alaw' | 'mulaw';

interface Coding {
  /** The format tag. */
  readonly tag: number;
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

/** Whole numbers are divided by the greatest negative one's size, as everywhere but in some JavaScript libraries: silence stays 0 and nothing is bent. */
export const encodings: Record<WavEncoding, Coding> = {
  pcm8: { tag: 1, bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  pcm16: { tag: 1, bytes: 2, read: (view, at) => view.getInt16(at, true) / 0x8000 },
  pcm24: { tag: 1, bytes: 3, read: (view, at) => (view.getUint8(at) + view.getInt16(at + 1, true) * 256) / 0x800000 },
  pcm32: { tag: 1, bytes: 4, read: (view, at) => view.getInt32(at, true) / 0x80000000 },
  float32: { tag: 3, bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  float64: { tag: 3, bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  alaw: { tag: 6, bytes: 1, read: (view, at) => fromALaw(view.getUint8(at)) / 0x8000 },
  mulaw: { tag: 7, bytes: 1, read: (view, at) => fromMuLaw(view.getUint8(at)) / 0x8000 },
};

export function encodingOf(tag: number, bits: number): WavEncoding | undefined {
  const names = Object.keys(encodings) as WavEncoding[];
  return names.find((name) => encodings[name].tag === tag && encodings[name].bytes * 8 === bits);
}

/** ITU-T G.711, A-law: 4 bits of a number, 3 of its size, the sign. */
function fromALaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const base = ((bits & 15) << 4) + 8;
  const size = exponent === 0 ? base : (base + 0x100) << (exponent - 1);
  return bits & 0x80 ? size : -size;
}

/** ITU-T G.711, µ-law. */
function fromMuLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const size = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return bits & 0x80 ? 0 - size : size;
}
