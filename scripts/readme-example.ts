/** Runs a package's README examples as they stand, against the sources: what a stranger copies must work. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { examples } from './readme.mjs';

/**
 * Imports every ```ts block of `<packageFolder>/README.md` that begins with an import, in turn, from inside the package, so that its imports
 * resolve as a user's would; rejects when there is none or when one throws. Run it under vitest.
 */
export async function runReadmeExamples(packageFolder: URL | string): Promise<void> {
  const folder = packageFolder instanceof URL ? fileURLToPath(packageFolder) : packageFolder;
  const found = examples(await readFile(join(folder, 'README.md'), 'utf8'));
  if (found.length === 0)
    throw new Error(`${join(folder, 'README.md')} has no \`\`\`ts block that begins with an import`);
  const cache = join(folder, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  for (const [i, example] of found.entries()) {
    const file = join(cache, `readme-example-${process.pid}-${Date.now()}-${i}.ts`);
    await writeFile(file, example);
    try {
      await import(/* @vite-ignore */ pathToFileURL(file).href);
    } finally {
      await rm(file);
    }
  }
}
