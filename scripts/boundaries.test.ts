/** Each rule of .dependency-cruiser.mjs bites: one tree with one violation of each, cruised once. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import boundaries from '../.dependency-cruiser.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tree = mkdtempSync(join(tmpdir(), 'seqloom-boundaries-'));
afterAll(() => rmSync(tree, { recursive: true }));

const packages = ['kernels', 'core', 'attention', 'layers', 'hmm-crf', 'data', 'models'];
const apps = ['playground', 'cli'];

/** The name of the rule that lists what a folder may import. */
const arrowsOf = (folder: string) =>
  boundaries.forbidden.find(({ name }) => name.startsWith(`${folder} → `))?.name ?? folder;

/** Everything that is allowed, so that a rule that forbids too much shows as well. */
const innocent = {
  'packages/kernels/src/index.ts': 'export const kernels = 1;',
  'packages/core/src/errors.ts': 'export const errors = 1;',
  'packages/core/src/index.ts': `export { errors } from './errors.js'; import '@seqloom/kernels'; import '@tensorflow/tfjs-core';`,
  'packages/core/src/module.ts': `import type { sequence } from './sequence.js'; export const module = 1;`,
  'packages/core/src/sequence.ts': `import { module } from './module.js'; export const sequence = 1;`,
  'packages/core/src/backend/index.ts': `import('@tensorflow/tfjs-backend-wasm');`,
  'packages/attention/src/index.ts': `import '@seqloom/core'; import '@seqloom/kernels'; import '@tensorflow/tfjs-core';`,
  'packages/layers/src/index.ts': `import '@seqloom/attention'; import '@seqloom/core';`,
  'packages/hmm-crf/src/index.ts': `import '@seqloom/core/errors';`,
  'packages/data/src/index.ts': `import '@seqloom/core/errors';`,
  'packages/data/src/to-tensors.ts': `import '@seqloom/core'; import '@tensorflow/tfjs-core';`,
  'packages/models/src/index.ts': `import '@seqloom/data'; import '@seqloom/layers'; import '@seqloom/hmm-crf';`,
  'apps/cli/src/main.ts': `import '@seqloom/data'; import '@seqloom/layers'; import '@seqloom/models';`,
  'apps/playground/src/main.ts': `import './App.svelte';`,
  'apps/playground/src/App.svelte': `<script lang="ts">import '@seqloom/hmm-crf';</script>`,
};

/** File → [its source, the rules that it breaks]. */
const planted: Record<string, [source: string, ...rules: string[]]> = {
  'packages/kernels/src/a.ts': [`import '@tensorflow/tfjs-core';`, 'kernels knows no tfjs'],
  'packages/kernels/src/b.ts': [`import type { errors } from '@seqloom/core';`, arrowsOf('packages/kernels')],
  'packages/core/src/a.ts': [`import '@seqloom/attention';`, arrowsOf('packages/core')],
  'packages/core/src/b.ts': [`import '@tensorflow/tfjs-backend-cpu';`, 'only core/backend knows tfjs backends by name'],
  'packages/core/src/c.test.ts': [
    `import '@tensorflow/tfjs-backend-cpu';`,
    'only core/backend knows tfjs backends by name',
  ],
  'packages/core/src/d.ts': [`import './e.js';`, 'no cycles but of types'],
  'packages/core/src/e.ts': [`export * from './d.js';`] /* the cycle is reported once, at d.ts */,
  'packages/attention/src/a.ts': [`import '@seqloom/layers';`, arrowsOf('packages/attention')],
  'packages/attention/src/b.ts': [`import '@seqloom/core/src/errors.js';`, 'only public entries resolve'],
  'packages/attention/src/c.ts': [
    `export { errors } from '../../core/src/errors.js';`,
    'private files stay private: other packages are imported by name',
  ],
  'packages/layers/src/a.ts': [`import '@seqloom/hmm-crf';`, arrowsOf('packages/layers')],
  'packages/layers/src/b.ts': [`import '@seqloom/data';`, arrowsOf('packages/layers')],
  'packages/hmm-crf/src/a.ts': [`await import('@seqloom/attention');`, arrowsOf('packages/hmm-crf')],
  'packages/data/src/a.ts': [
    `import type * as tf from '@tensorflow/tfjs-core';`,
    'in data only to-tensors meets tensors',
  ],
  'packages/data/src/b.ts': [`import '@seqloom/core';`, 'in data only to-tensors meets tensors'],
  'packages/data/src/c.ts': [`import '@seqloom/layers';`, arrowsOf('packages/data')],
  'packages/data/src/d.ts': [`import '@seqloom/models';`, arrowsOf('packages/data')],
  'packages/models/src/a.ts': [`import '@seqloom/kernels';`, arrowsOf('packages/models')],
  'apps/playground/src/A.svelte': [
    `<script lang="ts">import { x } from '../../../packages/core/src/errors.js';</script>`,
    'private files stay private: other packages are imported by name',
  ],
  'apps/playground/src/b.ts': [`import '@seqloom/kernels';`, arrowsOf('apps/playground')],
  'apps/cli/src/a.ts': [
    `import '../../playground/src/main.js';`,
    arrowsOf('apps/cli'),
    'private files stay private: other packages are imported by name',
  ],
};

function write(file: string, text: string) {
  const path = join(tree, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A workspace of the same shape: names that resolve through `exports`, and a tfjs. */
function plant() {
  write('package.json', '{ "type": "module" }');
  write('tsconfig.json', '{ "compilerOptions": { "module": "NodeNext" } }');
  for (const [file, text] of Object.entries(innocent)) write(file, text);
  for (const [file, [text]] of Object.entries(planted)) write(file, text);
  for (const name of packages) {
    const exports = {
      '.': { '@seqloom/source': './src/index.ts' },
      './errors': { '@seqloom/source': './src/errors.ts' },
    };
    write(`packages/${name}/package.json`, JSON.stringify({ name: `@seqloom/${name}`, type: 'module', exports }));
    link(`packages/${name}`, `node_modules/@seqloom/${name}`);
  }
  for (const name of apps) write(`apps/${name}/package.json`, '{ "type": "module" }');
  for (const name of ['tfjs-core', 'tfjs-backend-cpu', 'tfjs-backend-wasm']) {
    write(
      `node_modules/@tensorflow/${name}/package.json`,
      JSON.stringify({ name: `@tensorflow/${name}`, main: 'index.js' }),
    );
    write(`node_modules/@tensorflow/${name}/index.js`, '');
  }
}

function link(target: string, file: string) {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  symlinkSync(join(tree, target), join(tree, file), 'junction');
}

/** Every [file, rule] that dependency-cruiser reports. */
function violations(): string[] {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.mjs');
  const args = [program, '--config', config, '--output-type', 'json', 'packages', 'apps'];
  const { summary } = JSON.parse(execFileSync(process.execPath, args, { cwd: tree, encoding: 'utf8', stdio: 'pipe' }));
  const found: { from: string; rule: { name: string } }[] = summary.violations;
  return found.map(({ from, rule }) => `${from}: ${rule.name}`).sort();
}

test('each planted violation is found, and nothing that is allowed', () => {
  plant();
  const expected = Object.entries(planted).flatMap(([file, [, ...rules]]) => rules.map((rule) => `${file}: ${rule}`));
  expect(violations()).toEqual(expected.sort());
});

test('each rule has its violation', () => {
  const broken = new Set(Object.values(planted).flatMap(([, ...rules]) => rules));
  expect(boundaries.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
});
