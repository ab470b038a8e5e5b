/** Sounds as a model hears them: one channel, at its sample rate, not longer than it listens. */
import { isSeqError, UsageError } from '@seqloom/core/errors';
import { microphone, mono, readWav, resample } from '@seqloom/data/audio';
import type { InputField } from '../experiment.js';

type AudioField = Extract<InputField, { kind: 'audio' }>;

/** The sound of a WAV file. Throws DataError on what is none. */
export async function readSound(file: File, { sampleRate, seconds }: AudioField): Promise<Float32Array> {
  const found = await readWav(file);
  const samples = mono(found);
  const heard =
    found.sampleRate === sampleRate ? samples : resample(samples, { from: found.sampleRate, to: sampleRate });
  return heard.slice(0, Math.round(seconds * sampleRate));
}

/** What the microphone hears until `signal`, or until the model would hear no more. Throws UsageError without a microphone, or where it is refused. */
export async function record({ sampleRate, seconds }: AudioField, signal: AbortSignal): Promise<Float32Array> {
  const sound = new Float32Array(Math.round(seconds * sampleRate));
  let length = 0;
  try {
    for await (const block of microphone({ sampleRate, signal })) {
      const part = block.subarray(0, sound.length - length);
      sound.set(part, length);
      length += part.length;
      if (length === sound.length) break;
    }
  } catch (error) {
    throw isRefusal(error) ? new UsageError('record', 'This page may not listen', { hint, cause: error }) : error;
  }
  return sound.slice(0, length);
}

const hint =
  'Allow the microphone beside the address, and in the settings of the system, and record again; or choose a WAV file.';

function isRefusal(error: unknown): boolean {
  return isSeqError(error) && (error.cause as Partial<DOMException> | undefined)?.name === 'NotAllowedError';
}
