/** Sound as it lies in a file: one list of samples per channel. */
import { DataError, ShapeError } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';

export interface Waveform {
  /** All of one length, samples from -1 to 1. */
  readonly channels: readonly Float32Array[];
  /** Hz */
  readonly sampleRate: number;
}

/** The mean of all channels. */
export function mono({ channels }: Pick<Waveform, 'channels'>): Float32Array {
  const [first] = channels;
  if (!first) throw new DataError('mono', 'the sound has no channel');
  if (channels.length === 1) return first;
  return first.map((_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length);
}

/** Throws OptionError on a sample rate that is no whole number, ShapeError on channels that are none or differ in length. */
export function checkWaveform(where: string, { channels, sampleRate }: Waveform): void {
  count(where, 'sampleRate', sampleRate);
  const [first] = channels;
  if (!first) throw new ShapeError(where, 'the sound has no channel');
  const bad = channels.findIndex((channel) => channel.length !== first.length);
  if (bad < 0) return;
  throw new ShapeError(where, `channel ${bad} has ${channels[bad]!.length} samples, channel 0 has ${first.length}`);
}
