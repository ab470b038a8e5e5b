import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runReadmeExample } from './readme-example.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seqloom-readme-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['throws', '# x\n```ts\nconst n: number = 1;\nthrow new Error("stop " + n);\n```\n', 'stop 1'],
  ['does not resolve', "# x\n```ts\nimport 'no-such-package';\n```\n", 'no-such-package'],
  ['is missing', '# x\n```sh\nls\n```\n', 'has no ```ts block'],
])('an example that %s is an error', async (_, readme, problem) => {
  await writeFile(join(folder, 'README.md'), readme);
  await expect(runReadmeExample(folder)).rejects.toThrow(problem);
});

test('only the first block runs, and it leaves nothing behind', async () => {
  await writeFile(join(folder, 'README.md'), '```ts\nexport {};\n```\n\n```ts\nthrow 1;\n```\n');
  await expect(runReadmeExample(folder)).resolves.toBeUndefined();
});
