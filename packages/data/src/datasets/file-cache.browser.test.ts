/** The browser's private file system keeps downloads, also when one is cancelled, and a directory of it serves as folder. */
import { expect, test, vi } from 'vitest';
import { defaultCache } from './file-cache.js';
import { browserCache, loadDataset } from './index.js';

const quiet = { onNotice: () => {} };
const sheet = `eruptions\twaiting\n`;

test('law: a cache gives what was written last, another one of the same name too', async () => {
  const [cache, same] = [browserCache('test-law'), browserCache('test-law')];
  expect(await cache.read('a.part')).toBeUndefined();
  await cache.remove('a.part');
  await cache.write('a.part', new Uint8Array([1, 2, 3]));
  await cache.write('a.part', new Uint8Array([4]));
  expect(await same.read('a.part')).toEqual(new Uint8Array([4]));
  await same.remove('a.part');
  expect(await cache.read('a.part')).toBeUndefined();
});

test('a download that was cancelled goes on from what is in the cache; another file is refused and not kept', async () => {
  const cache = browserCache('test-download');
  const controller = new AbortController();
  const asked: (string | undefined)[] = [];
  const fetch = async (_: string, { headers }: RequestInit) => {
    asked.push((headers as Record<string, string>).Range);
    const body = new TextEncoder().encode(sheet);
    if (asked.length > 1)
      return new Response('?', {
        status: 206,
        headers: { 'Content-Range': `bytes ${body.length}-${body.length}/${body.length + 1}` },
      });
    return new Response(
      new ReadableStream(
        {
          pull: (stream) => stream.enqueue(body),
          cancel() {},
        },
        { highWaterMark: 0 },
      ),
    );
  };
  const onProgress = ({ loaded }: { loaded: number }) => {
    if (loaded > 0) controller.abort('enough');
  };
  const load = (more: object) => loadDataset('faithful', { ...quiet, cache, network: { fetch, attempts: 1 }, ...more });
  const cancelled = load({ signal: controller.signal, onProgress });
  await expect(cancelled).rejects.toMatchObject({ name: 'UsageError' });
  await expect(load({})).rejects.toMatchObject({ name: 'DataError' });
  expect(asked.slice(0, 2)).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
});

test('a directory handle is a folder', async () => {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('test-folder', { create: true });
  await expect(loadDataset('ice-cream', { ...quiet, folder: root })).rejects.toMatchObject({ name: 'DataError' });
  const { train } = await loadDataset('ice-cream', quiet);
  const series = await root.getDirectoryHandle('series', { create: true });
  const file = await (await series.getFileHandle('ice_cream.csv', { create: true })).createWritable();
  await file.write(`day,cones\n${train.rows.map((row) => `${row.join(',')}\n`).join('')}`);
  await file.close();
  expect((await loadDataset('ice-cream', { ...quiet, folder: root })).train).toEqual(train);
});

test('where the file system is forbidden, as in a sandboxed frame, downloads are kept in memory', async () => {
  const forbidden = vi.spyOn(navigator.storage, 'getDirectory');
  forbidden.mockRejectedValue(new DOMException('Storage directory access is denied.', 'SecurityError'));
  try {
    await (await defaultCache()).write('a', new Uint8Array([5]));
    expect(await (await defaultCache()).read('a')).toEqual(new Uint8Array([5]));
  } finally {
    forbidden.mockRestore();
  }
  expect(await (await defaultCache()).read('a')).toBeUndefined();
});
