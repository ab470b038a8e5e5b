/** The samples of a MediaStream in the browser, taken off by an AudioWorklet as they sound. */
import { UsageError } from '@seqloom/core/errors';

/** Runs in the audio thread: sends every 128 samples of the first channel, to which the node mixes all. */
const processor = `registerProcessor('seqloom-sound-tap', class extends AudioWorkletProcessor {
  process([[samples]]) {
    if (samples) this.port.postMessage(samples.slice());
    return true;
  }
});`;

/** Must be closed, or the browser goes on listening. */
export interface SoundTap {
  /** Hz, that of the device. */
  readonly sampleRate: number;
  close(): Promise<void>;
}

/** Hands on the samples of `stream` from now on. Throws UsageError where the browser forbids sound or worklets. */
export async function tapSound(stream: MediaStream, hear: (samples: Float32Array) => void): Promise<SoundTap> {
  const context = new AudioContext();
  try {
    await loadProcessor(context);
    const options = { channelCount: 1, channelCountMode: 'explicit', numberOfOutputs: 1 } as const;
    const tap = new AudioWorkletNode(context, 'seqloom-sound-tap', options);
    tap.port.onmessage = ({ data }) => hear(data);
    context.createMediaStreamSource(stream).connect(tap).connect(context.destination); // which stays silent: nothing unheard is computed
    await started(context);
    return { sampleRate: context.sampleRate, close: () => context.close() };
  } catch (cause) {
    await context.close();
    throw cause;
  }
}

async function loadProcessor(context: AudioContext): Promise<void> {
  const url = URL.createObjectURL(new Blob([processor], { type: 'text/javascript' }));
  try {
    await context.audioWorklet.addModule(url);
  } catch (cause) {
    throw new UsageError('microphone', 'the page may not start its audio worklet', {
      hint: 'its Content-Security-Policy must allow `worker-src blob:` (and `script-src blob:`)',
      cause,
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A page that nobody has touched yet may have to wait for ever. */
async function started(context: AudioContext): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, 2000));
  await Promise.race([context.resume(), patience]);
  if (context.state === 'running') return;
  throw new UsageError('microphone', 'the browser does not let this page listen yet', {
    hint: 'begin to listen in the handler of a click or a key',
  });
}
