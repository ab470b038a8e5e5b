/** The microphone in the browser, as samples that can be iterated. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { UsageError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import { Blocks } from './blocks.js';
import { Resampler } from './resample.js';
import { tapSound } from './sound-tap.js';

export interface MicrophoneOptions {
  /** Hz, whatever the device's is; 16000 unless told. */
  sampleRate?: number;
  /** Samples of each block; a twentieth of a second unless told. */
  blockLength?: number;
  /** Ends the iteration, as leaving the loop does. */
  signal?: AbortSignal;
  /** What the microphone should be like: `deviceId`, `echoCancellation`, … */
  constraints?: MediaTrackConstraints;
  /** The sound of this stream (a call, an element, Web Audio) instead of the microphone's; it is not stopped at the end. */
  stream?: MediaStream;
}

/**
 * Blocks of mono samples as they sound; the last may be shorter. The microphone is opened when an iteration begins and closed when it ends. Blocks that nobody
 * takes wait in memory, 64 kB a second at 16 kHz. Throws UsageError, with what to do, when the page may not listen or there is no microphone.
 */
export function microphone(options: MicrophoneOptions = {}): Dataset<Float32Array> {
  const where = 'microphone';
  knownOptions(where, options, ['sampleRate', 'blockLength', 'signal', 'constraints', 'stream']);
  const sampleRate = count(where, 'sampleRate', options.sampleRate ?? 16_000);
  const blockLength = count(where, 'blockLength', options.blockLength ?? Math.ceil(sampleRate / 20));
  return dataset(() => listen(sampleRate, blockLength, options));
}

async function* listen(
  sampleRate: number,
  blockLength: number,
  options: MicrophoneOptions,
): AsyncGenerator<Float32Array> {
  if (options.signal?.aborted) return;
  const stopping = new AbortController();
  const ended = endOf(options.signal, stopping.signal);
  const asked = options.stream ?? askForMicrophone(options.constraints ?? {});
  try {
    const stream = await Promise.race([asked, ended]);
    if (!stream || options.signal?.aborted) return;
    yield* heard(stream, ended, sampleRate, blockLength);
  } finally {
    stopping.abort();
    if (!options.stream) void Promise.resolve(asked).then(stop, () => {}); // also when the question is answered later
  }
}

async function* heard(stream: MediaStream, aborted: Promise<void>, sampleRate: number, blockLength: number) {
  let waiting: Float32Array[] = [];
  let wake = () => {};
  const tap = await tapSound(stream, (samples) => {
    waiting.push(samples);
    wake();
  });
  let over = false;
  const finish = () => {
    over = true;
    wake();
  };
  void aborted.then(finish);
  for (const track of stream.getAudioTracks()) track.addEventListener('ended', finish, { once: true });
  const resampler = new Resampler({ from: tap.sampleRate, to: sampleRate });
  const blocks = new Blocks(blockLength);
  try {
    while (!over) {
      const arrived = waiting;
      waiting = [];
      for (const samples of arrived) yield* blocks.push(resampler.push(samples));
      if (waiting.length === 0 && !over)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    for (const samples of waiting) yield* blocks.push(resampler.push(samples));
    yield* blocks.push(resampler.end());
    yield* blocks.end();
  } finally {
    await tap.close();
  }
}

/** Is fulfilled when one of the signals aborts. */
function endOf(wanted: AbortSignal | undefined, own: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    wanted?.addEventListener('abort', () => resolve(), { signal: own });
  });
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function askForMicrophone(audio: MediaTrackConstraints): Promise<MediaStream> {
  if (!globalThis.navigator?.mediaDevices) {
    throw new UsageError('microphone', 'there is no access to microphones here', {
      hint: 'browsers give it to pages from https:// or localhost only',
    });
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (cause) {
    const name = (cause as DOMException).name;
    const [problem, hint] = refusals[name] ?? [`the microphone cannot be opened: ${name}`, undefined];
    throw new UsageError('microphone', problem, { hint, cause });
  }
}

/** What getUserMedia rejects with, and what to do. */
const refusals: Record<string, [problem: string, hint: string]> = {
  NotAllowedError: [
    'the page is not allowed to listen',
    'allow the microphone in the settings of this site (beside the address) and of the system, then try again; a page in a frame needs allow="microphone"',
  ],
  NotFoundError: ['there is no microphone', 'plug one in, or pass the sound as `stream`'],
  NotReadableError: ['the microphone cannot be read', 'close other programs that use it, or check its plug'],
  OverconstrainedError: ['no microphone is as `constraints` wants it', 'ask for less'],
};
