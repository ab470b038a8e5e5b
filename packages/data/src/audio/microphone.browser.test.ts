/** The browser's fake microphone, which beeps, and a tone made by Web Audio. */
import { collect } from '@seqloom/core/dataset';
import { afterEach, expect, test, vi } from 'vitest';
import { microphone } from './microphone.js';
import { stft } from './stft.js';

afterEach(() => vi.restoreAllMocks());

async function take(sound: AsyncIterable<Float32Array>, blocks: number): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for await (const block of sound) {
    found.push(block);
    if (found.length === blocks) break;
  }
  return found;
}

test('the microphone is opened, heard in blocks and closed', async () => {
  const opened = vi.spyOn(navigator.mediaDevices, 'getUserMedia');
  const sound = await take(microphone({ sampleRate: 8000, blockLength: 500 }), 40); // 2.5 s: it beeps each second
  expect(sound.every((block) => block.length === 500 && block.every(Number.isFinite))).toBe(true);
  expect(Math.max(...sound.map((block) => Math.max(...block)))).toBeGreaterThan(0.01);
  const stream = await opened.mock.results[0]!.value;
  await vi.waitFor(() => expect(stream.getTracks()[0].readyState).toBe('ended'));
});

test('a tone of 1 kHz in another stream is one at the wanted rate; the signal ends it', async () => {
  const context = new AudioContext();
  const [tone, out] = [new OscillatorNode(context, { frequency: 1000 }), context.createMediaStreamDestination()];
  tone.connect(out);
  tone.start();
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 1000);
  const blocks = await collect(microphone({ stream: out.stream, sampleRate: 16_000, signal: stopping.signal }));
  expect(blocks.slice(0, -1).every((block) => block.length === 800)).toBe(true);
  expect(blocks.length).toBeGreaterThan(3);
  const samples = blocks.flatMap((block) => [...block]);
  const { real, imaginary } = stft(samples, { frameLength: 512, padding: 'none' });
  const t = Math.floor(real.length / 2);
  const size = real[t]!.map((re, k) => Math.hypot(re, imaginary[t]![k]!));
  expect(size.indexOf(Math.max(...size))).toBe(32);
  expect(out.stream.getTracks()[0]!.readyState).toBe('live');
  await context.close();
});

test('a page that may not listen is told what to do; who stops before the answer need not wait for it', async () => {
  const ask = vi.spyOn(navigator.mediaDevices, 'getUserMedia');
  ask.mockRejectedValueOnce(new DOMException('', 'NotAllowedError'));
  await expect(collect(microphone())).rejects.toMatchObject({
    name: 'UsageError',
    hint: expect.stringContaining('allow the microphone'),
  });
  ask.mockReturnValueOnce(new Promise(() => {}));
  expect(await collect(microphone({ signal: AbortSignal.timeout(50) }))).toEqual([]);
  expect(await collect(microphone({ signal: AbortSignal.abort() }))).toEqual([]);
});
