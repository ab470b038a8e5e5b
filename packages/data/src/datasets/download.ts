/** One file from the net: goes on where it was cut, waits and asks again when the server is not well. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests */
import { DataError, isSeqError, UsageError } from '@seqloom/core/errors';
import type { FileCache } from './file-cache.js';
import { backOff, type Network } from './network.js';
import { PartialFile } from './partial-file.js';

/** How far a download is; the total where it is known. */
export interface DownloadProgress {
  readonly file: string;
  readonly loaded: number;
  readonly total?: number;
}

/** How to download. */
export interface Transfer {
  cache: FileCache;
  network: Network;
  signal?: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
}

/** What to download. */
export interface RemoteFile {
  url: string;
  /** What it is called in progress and cache. */
  name: string;
  /** Bytes, where it is known how many there must be. */
  size?: number;
}

/** What came, and whether it was put together from several answers. */
export interface Download {
  bytes: Uint8Array;
  joined: boolean;
}

interface Failure {
  problem: string;
  cause?: unknown;
  retryAfter?: number;
}

/** The bytes of a file. Throws DataError when the server has none or cannot be brought to give it, UsageError once the signal has fired; what has come by then is kept for another time. */
export async function download(where: string, remote: RemoteFile, transfer: Transfer): Promise<Download> {
  const { cache, network, signal } = transfer;
  const part = await PartialFile.open(cache, remote.name);
  for (let attempt = 1; ; attempt++) {
    const failure = await receive(where, remote, part, transfer).catch(broken);
    if (!failure) break;
    if (signal?.aborted) {
      await part.save();
      throw new UsageError(where, `cancelled at byte ${part.length} of ${remote.url}`, { cause: signal.reason });
    }
    if (attempt >= network.attempts) {
      await part.save();
      throw new DataError(where, `${remote.url}: ${failure.problem}, ${attempt} times`, {
        hint: 'try again later: what has come is kept; or pass a `mirror` or a `folder`',
        cause: failure.cause,
      });
    }
    await network.sleep(backOff(attempt, failure.retryAfter), signal);
  }
  await part.remove();
  return { bytes: part.bytes(), joined: part.joined };
}

function broken(cause: unknown): Failure {
  if (isSeqError(cause)) throw cause;
  return { problem: 'the connection broke or could not be made', cause };
}

/** One request; what it leaves to be done is a failure that may pass. */
async function receive(
  where: string,
  remote: RemoteFile,
  part: PartialFile,
  { network, signal, onProgress }: Transfer,
): Promise<Failure | undefined> {
  if (signal?.aborted) return { problem: 'cancelled' };
  // No If-Range: in browsers it would cost a preflight that file servers do not answer. The version is compared instead.
  const headers: Record<string, string> = part.length > 0 ? { Range: `bytes=${part.length}-` } : {};
  const response = await network.fetch(remote.url, { headers, cache: 'no-store', signal });
  const failure = opened(where, remote, response, part);
  if (failure) {
    await response.body?.cancel();
    return failure;
  }
  const total = remote.size ?? announced(response);
  const tell = () => onProgress?.({ file: remote.name, loaded: part.length, total });
  tell();
  for await (const chunk of chunks(response)) {
    part.add(chunk);
    tell();
    if (signal?.aborted) return { problem: 'cancelled' };
    if (remote.size !== undefined && part.length > remote.size)
      throw new DataError(where, `${remote.url} is longer than the ${remote.size} bytes that it must have`);
  }
  const end = announced(response) ?? part.length;
  return part.length < end ? { problem: `ended at byte ${part.length} of ${end}` } : undefined;
}

/** Makes `part` ready for the answer's body, or says why there is none to be read. */
function opened(where: string, remote: RemoteFile, response: Response, part: PartialFile): Failure | undefined {
  const { status } = response;
  const version = versionOf(response);
  if (status === 200)
    part.restart(version); // all of it, whatever was asked for
  else if (status === 206) {
    const from = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1];
    if (Number(from) !== part.length || (version && part.version && version !== part.version)) {
      part.restart('');
      return { problem: 'the file has changed' };
    }
    part.joined = true;
  } else if (status === 416) {
    part.restart('');
    return { problem: 'the file is shorter than what had come' };
  } else {
    const problem = `the server answers ${status} ${response.statusText}`.trim();
    const passing = status >= 500 || status === 408 || status === 429;
    if (passing) return { problem, retryAfter: Number(response.headers.get('Retry-After')) || 0 };
    throw new DataError(where, `${remote.url}: ${problem}`, { hint: 'pass a `mirror` or a `folder`', cause: response });
  }
  return undefined;
}

/** ETag or date; the same for an answer that was packed on the way. */
function versionOf({ headers }: Response): string {
  const tag = headers
    .get('ETag')
    ?.replace(/^W\//, '')
    .replace(/[-;]gzip(?="$)/, '');
  return tag ?? headers.get('Last-Modified') ?? '';
}

/** The length of the whole file as the server says it, unless it packs what it sends. */
function announced({ status, headers }: Response): number | undefined {
  if (headers.get('Content-Encoding')) return undefined;
  const text =
    status === 206 ? /\/(\d+)$/.exec(headers.get('Content-Range') ?? '')?.[1] : headers.get('Content-Length');
  return text ? Number(text) : undefined;
}

/** A body's chunks, also where streams are not async iterable (Safari). */
async function* chunks({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
