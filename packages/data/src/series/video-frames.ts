/** Pictures of a film in the browser: of a file at regular times, or of what plays or comes from a camera. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { knownOptions, within } from '@seqloom/core/options';
import type { Frame } from './frame-features.js';

/** Milliseconds to wait for a picture after a seek: a page in the background is not told of them. */
const patience = 500;

export interface VideoFramesOptions {
  /** 10 unless told. */
  framesPerSecond?: number;
  /** Ends the iteration, as leaving the loop does. */
  signal?: AbortSignal;
}

export interface VideoFrame extends Frame {
  /** Seconds from the beginning of the film. */
  readonly time: number;
  readonly data: Uint8ClampedArray;
}

/** The pictures of a film's file, each from the middle of its stretch of time, as fast as they can be decoded. Throws DataError when the browser cannot decode it. */
export function videoFrames(source: Blob | URL, options: VideoFramesOptions = {}): Dataset<VideoFrame> {
  const rate = rateOf('videoFrames', options);
  if (!(source instanceof Blob || source instanceof URL)) {
    throw new OptionError('videoFrames', `cannot read a film from ${show(source)}`, {
      hint: 'pass a File, a Blob or a URL; for a <video> that plays there is playingFrames',
    });
  }
  return dataset(() => soughtFrames(source, rate, options.signal));
}

/** The pictures of a <video> while it plays, from a camera too, at most so many a second, until it ends. It is neither started nor stopped. */
export function playingFrames(video: HTMLVideoElement, options: VideoFramesOptions = {}): Dataset<VideoFrame> {
  const rate = rateOf('playingFrames', options);
  return dataset(() => shownFrames(video, rate, options.signal));
}

function rateOf(where: string, options: VideoFramesOptions): number {
  knownOptions(where, options, ['framesPerSecond', 'signal']);
  return within(where, 'framesPerSecond', options.framesPerSecond ?? 10, 1e-6, 1000);
}

async function* soughtFrames(source: Blob | URL, rate: number, signal?: AbortSignal): AsyncGenerator<VideoFrame> {
  const url = source instanceof Blob ? URL.createObjectURL(source) : source.href;
  const video = document.createElement('video');
  Object.assign(video, { muted: true, preload: 'auto', crossOrigin: 'anonymous', src: url });
  const take = camera(video);
  try {
    await event(video, 'loadeddata');
    if (video.duration === Infinity) await seek(video, Number.MAX_SAFE_INTEGER); // recordings tell their duration at their end
    for (let i = 0; (i + 0.5) / rate < video.duration && !signal?.aborted; i++) {
      await pictureAt(video, (i + 0.5) / rate);
      yield { time: (i + 0.5) / rate, ...take() };
    }
  } finally {
    video.removeAttribute('src');
    video.load(); // lets go of the file
    if (source instanceof Blob) URL.revokeObjectURL(url);
  }
}

async function* shownFrames(video: HTMLVideoElement, rate: number, signal?: AbortSignal): AsyncGenerator<VideoFrame> {
  const take = camera(video);
  let last = -1;
  while (!video.ended && !signal?.aborted) {
    const time = await nextShown(video, signal);
    if (time === undefined) return;
    const stretch = Math.floor(time * rate);
    if (stretch === last) continue;
    last = stretch;
    yield { time, ...take() };
  }
}

/** The time of the next picture that is shown; none when there will be none. */
async function nextShown(video: HTMLVideoElement, signal?: AbortSignal): Promise<number | undefined> {
  const listening = new AbortController();
  let request = 0;
  try {
    return await new Promise<number | undefined>((resolve) => {
      const options = { signal: listening.signal };
      request = video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
      for (const name of ['ended', 'emptied', 'error']) video.addEventListener(name, () => resolve(undefined), options);
      signal?.addEventListener('abort', () => resolve(undefined), options);
    });
  } finally {
    listening.abort();
    video.cancelVideoFrameCallback(request);
  }
}

/** Takes a picture of what a video shows, in its own size. */
function camera(video: HTMLVideoElement): () => { data: Uint8ClampedArray; width: number; height: number } {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  return () => {
    const { videoWidth: width, videoHeight: height } = video;
    Object.assign(canvas, { width, height });
    context.drawImage(video, 0, 0);
    return { data: context.getImageData(0, 0, width, height).data, width, height };
  };
}

/** Seeks, and waits until the picture is there too: browsers tell that they have sought before they have drawn. */
async function pictureAt(video: HTMLVideoElement, time: number): Promise<void> {
  let request = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const drawn = new Promise<void>((resolve) => {
    request = video.requestVideoFrameCallback(() => resolve());
  });
  await seek(video, time);
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience);
  });
  await Promise.race([drawn, late]);
  clearTimeout(timer);
  video.cancelVideoFrameCallback(request);
}

function seek(video: HTMLVideoElement, time: number): Promise<void> {
  const sought = event(video, 'seeked');
  video.currentTime = time;
  return sought;
}

async function event(video: HTMLVideoElement, name: string): Promise<void> {
  const listening = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      const options = { signal: listening.signal };
      video.addEventListener(name, () => resolve(), options);
      video.addEventListener('error', () => reject(undecodable(video.error)), options);
    });
  } finally {
    listening.abort();
  }
}

function undecodable(cause: MediaError | null): DataError {
  return new DataError('videoFrames', `the browser cannot read this film: ${cause?.message || 'no reason is told'}`, {
    hint: 'most browsers read WebM (VP8, VP9) and MP4 (H.264); a film from elsewhere needs CORS headers',
    cause,
  });
}
