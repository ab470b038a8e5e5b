/** A dataset's file from cache, mirror or its origin: never other bytes than those that it consists of. */
import { DataError, isSeqError } from '@seqloom/core/errors';
import { byteChunks, concat } from '../formats/byte-chunks.js';
import { verified } from './checksum.js';
import type { Conversion, DataFile } from './dataset-source.js';
import { type Download, download, type Transfer } from './download.js';
import { md5Hex } from './md5.js';

/** Where files come from, and how. */
export interface Supply extends Transfer {
  /** The dataset's name. */
  dataset: string;
  /** An address with the files as a data folder has them. */
  mirror?: string | URL;
  /** Is told what does not stop the work. */
  onNotice: (text: string) => void;
}

/** Files of one dataset; what several of them are made of is downloaded once. Throws DataError when a file is not what it must be: nothing of it is kept then. */
export function supplier(where: string, supply: Supply): (file: DataFile) => Promise<Uint8Array> {
  const originals = new Map<string, Promise<Download>>();
  const original = (url: string, size?: number) => {
    const found = originals.get(url) ?? download(where, { url, name: nameOf(supply.dataset, url), size }, supply);
    originals.set(url, found);
    return found;
  };
  const received = async ({ path, origin, size, content }: DataFile): Promise<Download[]> => {
    const whole = content ? undefined : size;
    if (supply.mirror !== undefined) return [await mirrored(where, String(supply.mirror), path, whole, supply)];
    if (typeof origin === 'string') return [await original(origin, whole)];
    const parts: Download[] = [];
    for (const url of origin.urls) parts.push(await original(url));
    return parts;
  };
  const checked = async (file: DataFile, again = true): Promise<Uint8Array> => {
    const parts = await received(file);
    const { origin, path } = file;
    try {
      const made = typeof origin === 'string' || supply.mirror !== undefined ? parts[0]! : undefined;
      const bytes = made ? await plain(where, made.bytes) : await converted(origin as Conversion, parts);
      return verified(where, typeof origin === 'string' ? origin : path, file, bytes);
    } catch (cause) {
      if (again && parts.some(({ joined }) => joined)) {
        originals.clear(); // the pieces may not belong together: once more, from the beginning
        return checked(file, false);
      }
      if (isSeqError(cause)) throw cause;
      throw new DataError(where, `${path} cannot be made of what the source gives`, {
        hint: 'it is damaged, or of another version',
        cause,
      });
    }
  };
  return async (file) => {
    if (typeof file.origin !== 'string' && file.origin.urls.length === 0)
      return verified(where, file.path, file, await converted(file.origin, []));
    const name = `${supply.dataset}-${lastOf(file.path)}-${file.sha256.slice(0, 8)}`;
    const kept = await cached(where, name, file, supply);
    if (kept) return kept;
    const bytes = await checked(file);
    await supply.cache.write(name, bytes).catch((cause: unknown) => {
      supply.onNotice(`${where}: ${name} could not be kept: ${cause instanceof Error ? cause.message : cause}`);
    });
    return bytes;
  };
}

/** What the cache has, unless it is damaged. */
async function cached(where: string, name: string, file: DataFile, { cache }: Supply): Promise<Uint8Array | undefined> {
  const bytes = await cache.read(name);
  try {
    return bytes && verified(where, name, file, bytes);
  } catch {
    await cache.remove(name);
    return undefined;
  }
}

/** From the mirror, plain or packed. */
async function mirrored(
  where: string,
  mirror: string,
  path: string,
  size: number | undefined,
  supply: Supply,
): Promise<Download> {
  const url = `${mirror.replace(/\/$/, '')}/${path}`;
  try {
    return await download(where, { url, name: nameOf(supply.dataset, url), size }, supply);
  } catch (error) {
    const missing = isSeqError(error) && error.cause instanceof Response && error.cause.status === 404;
    if (!missing || url.endsWith('.gz')) throw error;
    return download(where, { url: `${url}.gz`, name: nameOf(supply.dataset, `${url}.gz`) }, supply);
  }
}

async function converted({ convert }: Conversion, parts: readonly Download[]): Promise<Uint8Array> {
  const made = await convert(parts.map(({ bytes }) => bytes));
  return typeof made === 'string' ? new TextEncoder().encode(made) : made;
}

async function plain(where: string, bytes: Uint8Array): Promise<Uint8Array> {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpacked(where, pieces(bytes)) : bytes;
}

/** Small ones, as a stream that is given all at once makes all of its answer at once. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

/** The plain bytes of what may be gzip. */
export async function unpacked(where: string, source: Parameters<typeof byteChunks>[1]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of byteChunks(where, source)) chunks.push(chunk);
  return concat(chunks);
}

function nameOf(dataset: string, url: string): string {
  return `${dataset}-${lastOf(url)}-${md5Hex(url).slice(0, 8)}`;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
