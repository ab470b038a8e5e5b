/** Each package stands alone: packed, linted, measured, and used in an empty project. Wants built packages (`npm run build`). */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { useInEmptyProject, useWithoutTfjs } from './empty-project.mjs';
import { pack } from './packed.mjs';

/**
 * Kilobytes of gzip that each package may weigh: all its entries, minified, without its dependencies. core was to stay below 45 (10 of it tfjs'
 * gradients) until row gradients, kernels below 60 until HMMs, sparse CRFs, chunked attention, scans, CTC and Transformers had theirs, attention below 8
 * until it was a catalogue and below 20 until rotary positions had an op of their own and places counted real keys, layers below 20 until it had state spaces, Transformers, CTC and searches (a bundler ships
 * what is imported), data below 20 until it had metrics, tag schemes and more readers, and below 30 until datasets,
 * tokenizers, audio and series had entries of their own (its index weighs 28). Of hmm-crf's four entries nobody loads all: tensors 21, hmm 45, feature-crf 26, chain64 5.
 */
const bounds = { kernels: 85, core: 48, attention: 21, layers: 60, 'hmm-crf': 95, data: 80, models: 20 };

/** Entries that work where tfjs is not installed. */
const withoutTfjs = {
  core: ['./errors', './options', './rng', './dataset', './pause'],
  data: ['.', './datasets', './synthetic', './tokenizers', './audio', './series', './node'],
  'hmm-crf': ['./hmm', './feature-crf', './chain64'],
};

/** @import { Package } from './packed.mjs' */

const root = fileURLToPath(new URL('..', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'seqloom-packages-'));
const execute = promisify(execFile);

const packages = await pack(temporary, Object.keys(bounds));
const queue = [...packages];
await Promise.all([work(), work()]); // two at once: much of the time goes into waiting for npm
rmSync(temporary, { recursive: true });

async function work() {
  for (let next = queue.shift(); next; next = queue.shift()) await report(next);
}

/** @param {Package} pkg */
async function report(pkg) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    const size = await measure(pkg);
    await lint(pkg.tarball);
    await useInEmptyProject(pkg, packages, temporary);
    const entries = withoutTfjs[/** @type {keyof typeof withoutTfjs} */ (basename(pkg.folder))];
    if (entries) await useWithoutTfjs(pkg, entries, packages, temporary);
    console.log(`✓ ${pkg.manifest.name}: ${size} (${seconds()})`);
  } catch (error) {
    process.exitCode = 1;
    const { message, stdout = '', stderr = '' } = /** @type {Error & { stdout?: string, stderr?: string }} */ (error);
    const told = [message.replace(stderr, ''), stdout, stderr].join('\n').trim().replaceAll('\n', '\n    ');
    console.error(`✗ ${pkg.manifest.name} (${seconds()})\n    ${told}`);
  }
}

/**
 * The size of what a bundler ships of the package; too much is an error.
 * @param {Package} pkg
 */
async function measure({ folder, manifest }) {
  const bound = bounds[/** @type {keyof typeof bounds} */ (basename(folder))];
  const files = Object.values(manifest.publishConfig.exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : entry.default,
  );
  const contents = files.map((file, i) => `export * as entry${i} from '${file}';`).join('\n');
  const result = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    packages: 'external',
    minify: true,
    format: 'esm',
    write: false,
  });
  const [bundle] = result.outputFiles;
  const kilobytes = bundle ? gzipSync(bundle.contents, { level: 9 }).length / 1000 : 0;
  const size = `${kilobytes.toFixed(1)} of ${bound} kB gzip`;
  if (kilobytes > bound) throw new Error(`It weighs ${size}.`);
  return size;
}

/**
 * What publint and attw say about the tarball.
 * @param {string} tarball
 */
async function lint(tarball) {
  const tools = join(root, 'node_modules');
  await execute(process.execPath, [join(tools, 'publint/src/cli.js'), tarball, '--strict']);
  await execute(process.execPath, [
    join(tools, '@arethetypeswrong/cli/dist/index.js'),
    tarball,
    '--profile',
    'esm-only',
  ]);
}
