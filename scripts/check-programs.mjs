/**
 * What the playground gives its visitors to take home: the program of every experiment, in an empty project with the packed packages, compiled
 * strictly and run. Wants built packages (`npm run build`).
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compile, compilerOptions, install } from './empty-project.mjs';
import { pack } from './packed.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const execute = promisify(execFile);
const secondsEach = 120;

const temporary = mkdtempSync(join(tmpdir(), 'seqloom-programs-'));
const project = join(temporary, 'project');
mkdirSync(project);
try {
  await write();
  await prepare();
  for (const name of programs()) await use(name);
} finally {
  rmSync(temporary, { recursive: true });
}

function programs() {
  return readdirSync(project, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && entry.name !== 'node_modules' ? [entry.name] : [],
  );
}

/** The files that the page would give away, a folder for each experiment. */
async function write() {
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const writer = [tsx, '-C', '@seqloom/source', 'build/write-programs.ts', project];
  await execute(process.execPath, writer, { cwd: join(root, 'apps/playground') });
}

/** Installs all that the programs ask for, ours from tarballs, and compiles them. */
async function prepare() {
  const packages = await pack(temporary, readdirSync(join(root, 'packages')));
  const ours = Object.fromEntries(packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]));
  const asked = programs().map((name) => JSON.parse(readFileSync(join(project, name, 'package.json'), 'utf8')));
  const types = {
    '@types/node': JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies['@types/node'],
  };
  const dependencies = Object.assign({}, ...asked.map((manifest) => manifest.dependencies), types, ours);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  const options = { ...compilerOptions, types: ['node'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*/use.ts'] }));
  await install(project);
  await compile(project);
}

/** @param {string} name */
async function use(name) {
  const options = { cwd: join(project, name), timeout: secondsEach * 1000 };
  const { stdout } = await execute(process.execPath, ['use.js'], options);
  const said = stdout.trim().split('\n').at(-1);
  if (!said) throw new Error(`The program of '${name}' says nothing.`);
  console.log(`✓ ${name}: ${said.slice(0, 100)}`);
}
