/** Bytes from wherever they lie, chunk by chunk, unpacked when they are gzip: with what Node and browsers share. */
import { DataError, isSeqError, UsageError } from '@seqloom/core/errors';

/** A URL, a Blob or File, bytes, a stream of bytes, or chunks of bytes or text. */
export type ByteSource = URL | Blob | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<string | Uint8Array>;

/** The chunks of `source`, text as UTF-8, unpacked when the first two bytes are gzip's. Throws DataError when the gzip data is broken. */
export async function* byteChunks(where: string, source: ByteSource): AsyncGenerator<Uint8Array> {
  const chunks = chunksOf(where, source);
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = concat([head, next.value]);
  }
  const all = prepend(head, chunks);
  yield* head[0] === 0x1f && head[1] === 0x8b ? gunzip(where, all) : all;
}

/** Bytes as they come; a string chunk keeps a surrogate pair together that was cut between two chunks. */
async function* chunksOf(where: string, source: ByteSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source;
  else if (source instanceof URL) yield* fetched(where, source);
  else if (source instanceof Blob) yield* read(where, source.stream());
  else if ('getReader' in source) yield* read(where, source);
  else {
    const encoder = new TextEncoder();
    let half = '';
    for await (const chunk of source) {
      if (typeof chunk !== 'string') {
        yield chunk;
        continue;
      }
      const text = half + chunk;
      half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : '';
      yield encoder.encode(half ? text.slice(0, -1) : text);
    }
    if (half) yield encoder.encode(half);
  }
}

async function* fetched(where: string, url: URL): AsyncGenerator<Uint8Array> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new DataError(where, `the server answers ${response.status} ${response.statusText}`);
    if (response.body) yield* read(where, response.body);
  } catch (cause) {
    if (isSeqError(cause)) throw cause;
    throw new DataError(where, 'cannot be fetched, or not to its end', { cause });
  }
}

/** A stream's chunks, also where streams are not async iterable (Safari). */
async function* read(where: string, stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (stream.locked) {
    throw new UsageError(where, 'this stream was read already', { hint: 'a stream can be read once: pass a Blob' });
  }
  const reader = stream.getReader();
  let done = false;
  try {
    while (true) {
      const next = await reader.read();
      done = next.done;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!done) await reader.cancel();
  }
}

async function* gunzip(where: string, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packed = new ReadableStream<BufferSource>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  try {
    yield* read(where, packed.pipeThrough(new DecompressionStream('gzip')));
  } catch (cause) {
    if (isSeqError(cause)) throw cause;
    throw new DataError(where, 'the gzip data is corrupt or cut short', {
      hint: 'fetch the file again; one of several packed parts must be packed anew as one, as browsers read no other',
      cause,
    });
  }
}

async function* prepend(head: Uint8Array, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    yield* chunks;
  } finally {
    await chunks.return(undefined);
  }
}

/** All parts as one array; a single part is not copied. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
