/** Samples cut into frames that overlap, as they come; how often they come changes nothing. */
import { UsageError } from '@seqloom/core/errors';
import { checkSamples, type Samples } from './samples.js';

/**
 * What lies before the first and behind the last sample. `none`: nothing, frame t begins at sample t·hop. `zeros` and `reflect` add half a frame at
 * both ends, so that frame t is centred at sample t·hop: zeros as librosa does, or the signal mirrored as torch does.
 */
export type FramePadding = 'none' | 'zeros' | 'reflect';

export const framePaddings: readonly FramePadding[] = ['none', 'zeros', 'reflect'];

/** Is shown a view of every frame, which holds only during the call. */
export type SeeFrame = (frame: Float64Array) => void;

/** Every signal that is not empty has the frames that fit in it and its padding. */
export class FrameStream {
  readonly #where: string;
  readonly #size: number;
  readonly #hop: number;
  readonly #padding: FramePadding;
  #held: Float64Array; // not yet out of reach of the next frame
  #skip = 0; // samples to come before the next frame, when frames do not touch
  #head: Float64Array | undefined; // of a reflected signal, until it can be mirrored
  #tail: Float64Array = new Float64Array(0); // the last samples, to be mirrored at the end
  #count = 0;
  #ended = false;

  constructor(where: string, size: number, hop: number, padding: FramePadding) {
    this.#where = where;
    this.#size = size;
    this.#hop = hop;
    this.#padding = padding;
    this.#held = new Float64Array(padding === 'zeros' ? Math.floor(size / 2) : 0);
    this.#head = padding === 'reflect' ? new Float64Array(0) : undefined;
  }

  /** Shows the frames that are complete with `samples`. Throws DataError on one that is not finite, UsageError after the end. */
  push(samples: Samples, see: SeeFrame): void {
    if (this.#ended) throw new UsageError(this.#where, 'this stream has ended', { hint: 'make a new one' });
    checkSamples(this.#where, samples, this.#count);
    this.#count += samples.length;
    if (this.#padding === 'reflect') this.#mirror(samples, see);
    else this.#take(samples, see);
  }

  /** Shows the frames that reach over the end. */
  end(see: SeeFrame): void {
    this.push([], see);
    this.#ended = true;
    if (this.#count === 0 || this.#padding === 'none') return;
    const reach = Math.floor(this.#size / 2);
    if (this.#padding === 'zeros') this.#take(new Float64Array(reach), see);
    else if (this.#head) this.#take(mirrored(this.#head, reach), see);
    else this.#take(this.#tail.subarray(0, -1).slice().reverse(), see);
  }

  /** Takes the samples, before the first of them their mirror image as soon as there are enough. */
  #mirror(samples: Samples, see: SeeFrame): void {
    const reach = Math.floor(this.#size / 2);
    this.#tail = join(this.#tail, samples).slice(-reach - 1);
    const head = this.#head && join(this.#head, samples);
    this.#head = head && head.length <= reach ? head : undefined;
    if (this.#head) return;
    if (head) this.#take(head.slice(1, reach + 1).reverse(), see);
    this.#take(head ?? samples, see);
  }

  #take(samples: Samples, see: SeeFrame): void {
    const signal = join(this.#held, samples);
    let start = this.#skip;
    for (; start + this.#size <= signal.length; start += this.#hop) see(signal.subarray(start, start + this.#size));
    this.#skip = Math.max(0, start - signal.length);
    this.#held = signal.slice(start);
  }
}

function join(before: Float64Array, samples: Samples): Float64Array {
  const whole = new Float64Array(before.length + samples.length);
  whole.set(before);
  whole.set(samples, before.length);
  return whole;
}

/** A signal that is shorter than its padding, mirrored at both ends as often as it takes. */
function mirrored(signal: Float64Array, reach: number): Float64Array {
  const period = Math.max(1, 2 * (signal.length - 1));
  return Float64Array.from({ length: signal.length + 2 * reach }, (_, i) => {
    const at = (((i - reach) % period) + period) % period;
    return signal[Math.min(at, period - at)]!;
  });
}
