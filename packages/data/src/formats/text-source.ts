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
  for await (const text of textBlocks(where, source)) yield text.replace(/\r?\n$|\r$/, '').split(/\r?\n/);
}

/** A text in pieces that end where a line ends, as it stands but without a byte-order mark; none for an empty text. Throws as `lineBlocks` does. */
export async function* textBlocks(where: string, source: TextSource): AsyncGenerator<string> {
  const texts = typeof source === 'string' ? [source] : decoded(where, source);
  let first = true;
  for await (const text of texts) {
    const rest = first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    if (rest !== '') yield rest;
    first = false;
  }
}

async function* decoded(where: string, source: ByteSource): AsyncGenerator<string> {
  let held: Uint8Array[] = [];
  let line = 1;
  for await (const chunk of byteChunks(where, source)) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      const text = decode(where, concat([...held, chunk.subarray(0, end)]), line);
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line++;
      yield text;
      held = [];
    }
    if (end < chunk.length) held.push(chunk.slice(end));
  }
  if (held.length > 0) yield decode(where, concat(held), line);
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
