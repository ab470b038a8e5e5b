import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runReadmeExamples } from './readme-example.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seqloom-readme-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['throws', "# x\n```ts\nimport 'node:fs';\nconst n: number = 1;\nthrow new Error('stop ' + n);\n```\n", 'stop 1'],
  ['does not resolve', "# x\n```ts\nimport 'no-such-package';\n```\n", 'no-such-package'],
  ['is missing', '# x\n```sh\nls\n```\n', 'has no ```ts block'],
])('an example that %s is an error', async (_, readme, problem) => {
  await writeFile(join(folder, 'README.md'), readme);
  await expect(runReadmeExamples(folder)).rejects.toThrow(problem);
});

test('every block that begins with an import runs, the last too, and nothing is left behind', async () => {
  const blocks = ["import 'node:fs';", 'throw 1;', "import 'node:path';\nthrow new Error('the third');"];
  await writeFile(join(folder, 'README.md'), blocks.map((block) => `\`\`\`ts\n${block}\n\`\`\`\n`).join('\n'));
  await expect(runReadmeExamples(folder)).rejects.toThrow('the third');
  await writeFile(join(folder, 'README.md'), "```ts\nimport 'node:fs';\n```\n\n```ts\nthrow 1;\n```\n");
  await expect(runReadmeExamples(folder)).resolves.toBeUndefined();
});
