/** A stranger's project: one of our packages, installed with npm as its README says, type-checked strictly, its examples run. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { examples, installedPackages } from './readme.mjs';

/** @import { Package } from './packed.mjs' */

const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const execute = promisify(execFile);
const windows = process.platform === 'win32';
const exampleSeconds = 120;

/**
 * @param {Package} pkg
 * @param {Package[]} all of which the tarballs stand for the registry
 * @param {string} temporary where the project may be made
 */
export async function useInEmptyProject(pkg, all, temporary) {
  const { found, names } = promises(pkg);
  const project = join(temporary, pkg.manifest.name.replace('@seqloom/', 'uses-'));
  mkdirSync(project);
  const write = (/** @type {string} */ file, /** @type {string} */ text) => writeFileSync(join(project, file), text);
  write('package.json', JSON.stringify({ private: true, type: 'module', dependencies: versions(names, pkg, all) }));
  write('tsconfig.json', JSON.stringify({ compilerOptions }));
  write('entries.ts', importsOfAllEntries(pkg));
  for (const [i, example] of found.entries()) write(`example${i}.ts`, example);
  await install(project);
  await compile(project);
  await execute(process.execPath, ['entries.js'], { cwd: project });
  for (const i of found.keys()) {
    await execute(process.execPath, [`example${i}.js`], { cwd: project, timeout: exampleSeconds * 1000 });
  }
}

/**
 * Imports entries of a package where tfjs is not installed, nor brought along by npm.
 * @param {Package} pkg
 * @param {string[]} entries
 * @param {Package[]} all
 * @param {string} temporary
 */
export async function useWithoutTfjs(pkg, entries, all, temporary) {
  const { name } = pkg.manifest;
  const project = join(temporary, name.replace('@seqloom/', 'without-tfjs-'));
  mkdirSync(project);
  const dependencies = versions([name], pkg, all);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  const imports = entries.map((entry) => `await import('${entry.replace('.', name)}');`).join('\n');
  writeFileSync(join(project, 'entries.js'), imports);
  await install(project);
  if (existsSync(join(project, 'node_modules/@tensorflow'))) throw new Error(`${name} brings tfjs along.`);
  await execute(process.execPath, ['entries.js'], { cwd: project });
}

/**
 * What `package.json` of the project says, from npm.
 * @param {string} project
 */
export async function install(project) {
  const command = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel', 'error'];
  await execute(windows ? 'npm.cmd' : 'npm', command, { cwd: project, shell: windows });
}

/**
 * Compiles the project strictly and without skipLibCheck, so that our declarations are checked too. What stands in other packages is not ours to mend: tfjs'
 * declarations are at odds with the WebGPU types of TypeScript's own DOM library.
 * @param {string} project
 */
export async function compile(project) {
  const { stdout } = await execute(process.execPath, [compiler, '--pretty', 'false'], { cwd: project }).catch(
    (error) => error,
  );
  const ours = String(stdout)
    .split('\n')
    .filter((line) => /^(node_modules.@seqloom.|[^ .]+\.ts\()/.test(line));
  if (ours.length > 0) throw new Error(`TypeScript in an empty project says:\n${ours.join('\n')}`);
}

export const compilerOptions = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable', 'dom'], // Module is Disposable
  module: 'nodenext',
  strict: true,
  types: [],
};

/**
 * What the package's README shows and asks to install.
 * @param {Package} pkg
 */
function promises({ folder, manifest }) {
  const file = join(folder, 'README.md');
  const readme = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const found = examples(readme);
  const names = installedPackages(readme);
  if (found.length === 0 || !names?.includes(manifest.name)) {
    throw new Error(
      `${file} needs a line \`npm install ${manifest.name} …\` and a \`\`\`ts example that begins with an import and runs in Node.`,
    );
  }
  return { found, names };
}

/**
 * Dependencies of the project: the named packages and, from tarballs, ours that these need.
 * @param {string[]} names
 * @param {Package} pkg
 * @param {Package[]} all
 */
function versions(names, pkg, all) {
  /** @type {Record<string, string>} */
  const found = {};
  const add = (/** @type {string} */ name) => {
    const ours = all.find(({ manifest }) => manifest.name === name);
    found[name] = ours ? `file:${ours.tarball}` : (pkg.manifest.peerDependencies?.[name] ?? 'latest');
    for (const dependency of Object.keys(ours?.manifest.dependencies ?? {})) {
      if (dependency.startsWith('@seqloom/')) add(dependency);
    }
  };
  for (const name of names) add(name);
  return found;
}

/** @param {Package} pkg */
function importsOfAllEntries({ manifest }) {
  const entries = Object.keys(manifest.publishConfig.exports).filter((entry) => !entry.endsWith('.json'));
  const lines = entries.map((entry, i) => `import * as entry${i} from '${entry.replace('.', manifest.name)}';`);
  return `${lines.join('\n')}\nconsole.log(${entries.map((_, i) => `Object.keys(entry${i}).length`).join(', ')});\n`;
}
