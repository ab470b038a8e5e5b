/** Fourier transforms of real frames of any size: powers of two by a library, others through it by Bluestein's chirp. */
import { cfft, cifft, fft, ifft } from 'fourier-transform';

/** Results are views: they hold until the next call. */
export interface RealFourier {
  /** N samples → the bins 0 … N/2, of which each is [re, im]. */
  forward(frame: Float64Array): [re: Float64Array, im: Float64Array];
  /** N/2+1 bins → N samples. */
  inverse(re: Float64Array, im: Float64Array): Float64Array;
}

export function realFourier(size: number): RealFourier {
  if (size >= 2 && (size & (size - 1)) === 0) return { forward: fft, inverse: ifft };
  return size % 2 === 0 ? evenFourier(size) : oddFourier(size);
}

/** Even and odd samples are the two parts of a complex frame of half the size. */
function evenFourier(size: number): RealFourier {
  const half = size / 2;
  const transform = chirpTransform(half);
  const [a, b] = [new Float64Array(half), new Float64Array(half)];
  const [re, im] = [new Float64Array(half + 1), new Float64Array(half + 1)];
  const frame = new Float64Array(size);
  const cos = Float64Array.from(re, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from(re, (_, k) => Math.sin((2 * Math.PI * k) / size));
  return {
    forward(samples) {
      for (let j = 0; j < half; j++) {
        a[j] = samples[2 * j]!;
        b[j] = samples[2 * j + 1]!;
      }
      transform(a, b);
      for (let k = 0; k <= half; k++) {
        const i = k % half;
        const j = (half - k) % half;
        const oddRe = b[i]! + b[j]!;
        const oddIm = a[j]! - a[i]!;
        re[k] = (a[i]! + a[j]! + cos[k]! * oddRe + sin[k]! * oddIm) / 2;
        im[k] = (b[i]! - b[j]! + cos[k]! * oddIm - sin[k]! * oddRe) / 2;
      }
      return [re, im];
    },
    inverse(re, im) {
      const imaginary = (k: number) => (k === 0 || k === half ? 0 : im[k]!); // the ends have no imaginary part
      for (let k = 0; k < half; k++) {
        const gapRe = re[k]! - re[half - k]!;
        const gapIm = imaginary(k) + imaginary(half - k);
        a[k] = (re[k]! + re[half - k]! - gapRe * sin[k]! - gapIm * cos[k]!) / 2;
        b[k] = (imaginary(half - k) - imaginary(k) - gapRe * cos[k]! + gapIm * sin[k]!) / 2; // the conjugate: the inverse by a forward transform
      }
      transform(a, b);
      for (let j = 0; j < half; j++) {
        frame[2 * j] = a[j]! / half;
        frame[2 * j + 1] = -b[j]! / half;
      }
      return frame;
    },
  };
}

function oddFourier(size: number): RealFourier {
  const transform = chirpTransform(size);
  const [a, b] = [new Float64Array(size), new Float64Array(size)];
  const bins = (size + 1) / 2;
  return {
    forward(frame) {
      a.set(frame);
      b.fill(0);
      transform(a, b);
      return [a.subarray(0, bins), b.subarray(0, bins)];
    },
    inverse(re, im) {
      a[0] = re[0]!;
      b[0] = 0;
      for (let k = 1; k < bins; k++) {
        a[k] = re[k]!;
        a[size - k] = re[k]!;
        b[k] = -im[k]!;
        b[size - k] = im[k]!;
      }
      transform(a, b);
      return a.map((value) => value / size);
    },
  };
}

/** A complex transform in place as a circular convolution with a chirp (Bluestein, IEEE Trans. Audio 18, 1970). */
function chirpTransform(size: number): (re: Float64Array, im: Float64Array) => void {
  let length = 2;
  while (length < 2 * size - 1) length *= 2;
  const angle = (j: number) => (Math.PI * ((j * j) % (2 * size))) / size;
  const cos = Float64Array.from({ length: size }, (_, j) => Math.cos(angle(j)));
  const sin = Float64Array.from({ length: size }, (_, j) => Math.sin(angle(j)));
  const [chirpRe, chirpIm] = [new Float64Array(length), new Float64Array(length)];
  for (let j = 0; j < size; j++) {
    for (const k of [j, (length - j) % length]) {
      chirpRe[k] = cos[j]!;
      chirpIm[k] = sin[j]!;
    }
  }
  cfft(chirpRe, chirpIm);
  const [a, b] = [new Float64Array(length), new Float64Array(length)];
  return (re, im) => {
    a.fill(0, size);
    b.fill(0, size);
    for (let j = 0; j < size; j++) {
      a[j] = re[j]! * cos[j]! + im[j]! * sin[j]!;
      b[j] = im[j]! * cos[j]! - re[j]! * sin[j]!;
    }
    cfft(a, b);
    for (let j = 0; j < length; j++) {
      const real = a[j]! * chirpRe[j]! - b[j]! * chirpIm[j]!;
      b[j] = a[j]! * chirpIm[j]! + b[j]! * chirpRe[j]!;
      a[j] = real;
    }
    cifft(a, b);
    for (let j = 0; j < size; j++) {
      re[j] = a[j]! * cos[j]! + b[j]! * sin[j]!;
      im[j] = b[j]! * cos[j]! - a[j]! * sin[j]!;
    }
  };
}
