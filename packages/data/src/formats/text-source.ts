/** Text from wherever it lies, in blocks of lines: decoded strictly, unpacked when it is gzip, one code path for Node and browser. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { type ByteSource, byteChunks, concat } from './byte-chunks.js';

/** A text itself (not a path), a URL, a Blob or File, bytes, or chunks of either; bytes are UTF-8 and may be gzip. A `name`, as a File has, is told in errors. */
export type TextSource = string | ByteSource;

const newline = 10;

/** Throws an OptionError when `source` is nothing that text can be read from. */
export function checkSource(where: string, source: TextSource): void {
  if (typeof source === 'string' || source instanceof Uint8Array || source instanceof Blob || source instanceof URL)
    return;
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source || 'getReader' in source) return;
  }
  throw new OptionError(where, `cannot read text from ${show(source)}`, {
    hint: 'pass text, a URL, a Blob or File, a Uint8Array or chunks of these; in Node, textFile(path) from @seqloom/data/node',
  });
}

/** `reader` with the source's name, where it has one: what errors call the place. */
export function placeOf(reader: string, source: TextSource): string {
  if (source instanceof URL) return `${reader}(${source})`;
  const name = typeof source === 'object' && 'name' in source ? source.name : undefined;
  return typeof name === 'string' ? `${reader}(${name})` : reader;
}

/** All lines of a text without their ends (LF or CRLF) and without a byte-order mark. Throws DataError on bytes that are not UTF-8. */
export async function* lineBlocks(where: string, source: TextSource): AsyncGenerator<string[]> {
  if (typeof source === 'string') {
    yield* splitLines(withoutMark(source));
    return;
  }
  let held: Uint8Array[] = [];
  let line = 1;
  for await (const chunk of byteChunks(where, source)) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      const lines = linesOf(where, concat([...held, chunk.subarray(0, end)]), line);
      line += lines[0]?.length ?? 0;
      yield* lines;
      held = [];
    }
    if (end < chunk.length) held.push(chunk.slice(end));
  }
  yield* linesOf(where, concat(held), line);
}

function linesOf(where: string, bytes: Uint8Array, firstLine: number): string[][] {
  const text = decode(where, bytes, firstLine);
  return splitLines(firstLine === 1 ? withoutMark(text) : text);
}

/** One block of lines, or none for an empty text. */
function splitLines(text: string): string[][] {
  return text === '' ? [] : [text.replace(/\r?\n$|\r$/, '').split(/\r?\n/)];
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function decode(where: string, bytes: Uint8Array, firstLine: number): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    let line = firstLine;
    for (let start = 0; start < bytes.length; line++) {
      const end = bytes.indexOf(newline, start) + 1 || bytes.length;
      if (!decodes(decoder, bytes.subarray(start, end))) break;
      start = end;
    }
    throw new DataError(where, `line ${line} is not UTF-8`, { hint: 'save the file as UTF-8 text', cause });
  }
}

function decodes(decoder: TextDecoder, bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
