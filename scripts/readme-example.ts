/** Runs a package's README example as it stands, against the sources: what a stranger copies must work. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { firstExample } from './readme.mjs';

/** Imports the first ```ts block of `<packageFolder>/README.md` from inside the package, so that its imports resolve as a user's would; rejects when there is none or when it throws. Run it under vitest. */
export async function runReadmeExample(packageFolder: URL | string): Promise<void> {
  const folder = packageFolder instanceof URL ? fileURLToPath(packageFolder) : packageFolder;
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  const example = firstExample(readme);
  if (!example) throw new Error(`${join(folder, 'README.md')} has no \`\`\`ts block`);
  const cache = join(folder, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const file = join(cache, `readme-example-${process.pid}-${Date.now()}.ts`);
  await writeFile(file, example);
  try {
    await import(/* @vite-ignore */ pathToFileURL(file).href);
  } finally {
    await rm(file);
  }
}
