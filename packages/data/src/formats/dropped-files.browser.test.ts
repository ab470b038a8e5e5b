/** Real files and folders, dropped on a page by the browser itself. */
import { expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { collect, droppedFiles, readLines } from '../index.js';

interface DevTools {
  send(method: 'Input.dispatchDragEvent', event: object): Promise<unknown>;
}

/** What becomes of a drop of these paths on the page. */
async function drop(paths: string[]): Promise<File[]> {
  Object.assign(document.body.style, { margin: '0', minHeight: '100vh' });
  document.addEventListener('dragover', (event) => event.preventDefault());
  const files = new Promise<File[]>((resolve, reject) => {
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      droppedFiles(event.dataTransfer!).then(resolve, reject);
    });
  });
  const frame = window.frameElement?.getBoundingClientRect() ?? { x: 0, y: 0 };
  const place = { x: frame.x + 20, y: frame.y + 20, data: { items: [], files: paths, dragOperationsMask: 1 } };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await (cdp() as unknown as DevTools).send('Input.dispatchDragEvent', { type, ...place });
  }
  return files;
}

test('a file and a folder that are dropped on a page are files by their paths, and can be read', async () => {
  const folder = expect.getState().testPath!.replace(/\/formats\/[^/]*$/, '');
  const files = await drop([`${folder}/tag-schemes`, `${folder}/pipe.ts`]);
  const names = files.map(({ name }) => name);
  expect(names).toContain('pipe.ts');
  expect(names).toContain('tag-schemes/tag.ts');
  expect(names).toEqual([...names].sort());
  const lines = await collect(readLines(files[names.indexOf('tag-schemes/tag.ts')]!));
  expect(lines[0]).toMatch(/^\/\*\* Tags of chunks/);
});
