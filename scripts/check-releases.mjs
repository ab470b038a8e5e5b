/** A changeset releases one package and no other: tried with each package, on a copy of the manifests, after the pending changesets. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'seqloom-releases-'));
const children = (/** @type {string} */ parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
const folders = [...children('packages'), ...children('apps'), 'bench', 'quality'];

for (const path of [
  'package.json',
  'pnpm-workspace.yaml',
  '.changeset',
  ...folders.map((folder) => `${folder}/package.json`),
]) {
  cpSync(join(root, path), join(copy, path), { recursive: true });
}
release();
for (const name of publicNames()) tryAlone(name);
rmSync(copy, { recursive: true });

/**
 * Releases a patch of one package and looks at what else moved.
 * @param {string} name
 */
function tryAlone(name) {
  const before = versions();
  writeFileSync(join(copy, '.changeset/trial.md'), `---\n'${name}': patch\n---\n\nA trial.\n`);
  release();
  const after = versions();
  const released = [...after.keys()].filter((other) => after.get(other) !== before.get(other));
  if (released.join() === name) return;
  console.error(`A patch of ${name} releases ${released.join(', ') || 'nothing'}.`);
  process.exitCode = 1;
}

/** Turns the changesets of the copy into versions. */
function release() {
  const program = join(root, 'node_modules/@changesets/cli/bin.js');
  execFileSync(process.execPath, [program, 'version'], { cwd: copy, stdio: 'pipe' });
}

/** @returns {{ name: string, version: string, private?: boolean }[]} */
function manifests() {
  return folders.map((folder) => JSON.parse(readFileSync(join(copy, folder, 'package.json'), 'utf8')));
}

function versions() {
  return new Map(manifests().map(({ name, version }) => [name, version]));
}

function publicNames() {
  return manifests().flatMap((manifest) => (manifest.private ? [] : manifest.name));
}
