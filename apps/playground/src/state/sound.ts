/** Sounds as a model hears them: one channel, at its sample rate, not longer than it listens. */
import { DataError } from '@seqloom/core/errors';
import { mono, readWav, resample } from '@seqloom/data/audio';
import type { InputField } from '../experiment.js';

type AudioField = Extract<InputField, { kind: 'audio' }>;

/** The sound of a WAV file. Throws DataError on what is none. */
export async function readSound(file: File, field: AudioField): Promise<Float32Array> {
  const { channels, sampleRate } = await readWav(file);
  return fitted(mono({ channels }), sampleRate, field);
}

/** A recording in progress; it ends by itself when the model would hear no more. */
export class Microphone {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #parts: Blob[] = [];
  readonly #field: AudioField;
  readonly #timer: ReturnType<typeof setTimeout>;

  private constructor(stream: MediaStream, field: AudioField, onFull: () => void) {
    this.#stream = stream;
    this.#field = field;
    this.#recorder = new MediaRecorder(stream);
    this.#recorder.ondataavailable = ({ data }) => this.#parts.push(data);
    this.#recorder.start();
    this.#timer = setTimeout(onFull, field.seconds * 1000);
  }

  /** Asks the person for the microphone. Throws DataError without one. */
  static async open(field: AudioField, onFull: () => void): Promise<Microphone> {
    const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => undefined);
    if (stream) return new Microphone(stream, field, onFull);
    throw new DataError('microphone', 'the microphone cannot be used', {
      hint: 'allow it in the address bar, or choose a WAV file',
    });
  }

  async stop(): Promise<Float32Array> {
    clearTimeout(this.#timer);
    const ended = new Promise((resolve) => {
      this.#recorder.onstop = resolve;
    });
    this.#recorder.stop();
    await ended;
    for (const track of this.#stream.getTracks()) track.stop();
    const context = new OfflineAudioContext(1, 1, this.#field.sampleRate);
    const buffer = await context.decodeAudioData(await new Blob(this.#parts).arrayBuffer());
    return fitted(mono({ channels: [buffer.getChannelData(0)] }), buffer.sampleRate, this.#field);
  }
}

function fitted(samples: Float32Array, from: number, { sampleRate, seconds }: AudioField): Float32Array {
  const heard = from === sampleRate ? samples : resample(samples, { from, to: sampleRate });
  return heard.slice(0, Math.round(seconds * sampleRate));
}
