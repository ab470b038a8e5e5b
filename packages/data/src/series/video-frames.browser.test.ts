/** A square that moves to the right, drawn, recorded and read again. */
import { collect } from '@seqloom/core/dataset';
import { expect, test } from 'vitest';
import { greyFrame } from './frame-features.js';
import { playingFrames, type VideoFrame, videoFrames } from './video-frames.js';

/** Draws for `seconds` what is recorded or shown meanwhile. */
function drawSquare(seconds: number): { stream: MediaStream; done: Promise<void> } {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 64, height: 32 });
  const context = canvas.getContext('2d')!;
  const start = performance.now();
  const done = new Promise<void>((resolve) => {
    const draw = () => {
      const part = (performance.now() - start) / 1000 / seconds;
      context.fillStyle = 'black';
      context.fillRect(0, 0, 64, 32);
      context.fillStyle = 'white';
      context.fillRect(48 * Math.min(1, part), 8, 16, 16);
      if (part > 1) resolve();
      else setTimeout(draw, 20);
    };
    draw();
  });
  return { stream: canvas.captureStream(30), done };
}

async function record(seconds: number): Promise<Blob> {
  const { stream, done } = drawSquare(seconds);
  const recorder = new MediaRecorder(stream, { mimeType: 'video/webm;codecs=vp8' });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start();
  await done;
  recorder.stop();
  await stopped;
  return new Blob(parts, { type: 'video/webm' });
}

/** Where the brightness lies, from 0 (left) to 1 (right). */
function place(frame: VideoFrame): number {
  const row = greyFrame(frame, { width: 16, height: 1 });
  const sum = row.reduce((total, value) => total + value, 0);
  return row.reduce((total, value, x) => total + (value * (x + 0.5)) / 16, 0) / sum;
}

test('a recorded film at a wanted rate: all its stretches, in order', async () => {
  const film = await record(1.5);
  const frames = await collect(videoFrames(film, { framesPerSecond: 4 }));
  expect(frames.length).toBeGreaterThanOrEqual(5);
  expect(frames.map(({ time }) => time)).toEqual(frames.map((_, i) => (i + 0.5) / 4));
  expect([frames[0]!.width, frames[0]!.height]).toEqual([64, 32]);
  const places = frames.map(place);
  for (let i = 1; i < 5; i++) expect(places[i]).toBeGreaterThan(places[i - 1]! + 0.02);
  const dense = await collect(videoFrames(film, { framesPerSecond: 50 }));
  expect(dense.filter(({ data }) => data[3] !== 255)).toEqual([]); // none was taken before it was drawn
  const path = dense.map(place);
  expect(path.filter((x, i) => x < (path[i - 1] ?? 0) - 0.01)).toEqual([]); // nor is one an older picture
  expect(await collect(videoFrames(film, { signal: AbortSignal.abort() }))).toEqual([]);
});

test('what plays, until the loop is left', async () => {
  const { stream, done } = drawSquare(1.5);
  const video = document.createElement('video');
  Object.assign(video, { muted: true, srcObject: stream });
  await video.play();
  const frames: VideoFrame[] = [];
  for await (const frame of playingFrames(video, { framesPerSecond: 8 })) if (frames.push(frame) === 5) break;
  const places = frames.map(place);
  expect(places[4]).toBeGreaterThan(places[0]!);
  for (let i = 1; i < 5; i++) expect(frames[i]!.time).toBeGreaterThan(frames[i - 1]!.time);
  expect(await collect(playingFrames(video, { signal: AbortSignal.timeout(200) }))).not.toEqual([]);
  await done;
});

test('what is no film is told', async () => {
  const film = new Blob(['no film'], { type: 'video/webm' });
  await expect(collect(videoFrames(film))).rejects.toMatchObject({
    name: 'DataError',
    hint: expect.stringContaining('WebM'),
  });
});
