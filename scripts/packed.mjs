/** Our packages as tarballs, as they would be published. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * @typedef {{
 *   name: string, version: string,
 *   publishConfig: { exports: Record<string, string | { default: string }> },
 *   dependencies?: Record<string, string>, peerDependencies?: Record<string, string>,
 * }} Manifest
 * @typedef {{ folder: string, manifest: Manifest, tarball: string }} Package
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const execute = promisify(execFile);

/**
 * Packs the packages of these folders, which must be built.
 * @param {string} destination
 * @param {string[]} names
 * @returns {Promise<Package[]>}
 */
export async function pack(destination, names) {
  const args = ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', destination];
  await execute(process.execPath, [join(root, 'scripts/pm.mjs'), ...args]);
  return names.map((name) => {
    const folder = join(root, 'packages', name);
    /** @type {Manifest} */
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { folder, manifest, tarball: join(destination, `seqloom-${name}-${manifest.version}.tgz`) };
  });
}
