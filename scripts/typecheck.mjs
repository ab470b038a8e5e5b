/** Type-checks every project of the workspace: TypeScript with the native compiler, the playground with svelte-check. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(root, 'node_modules/typescript-native/bin/tsc');

/** Everything with its tests at once; then each package alone, without them, for what a published package may not do. */
const projects = ['.', 'scripts', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)];
const checks = projects.map((project) => ({ cwd: root, program: [compiler, '--noEmit', '-p', project] }));

const playground = join(root, 'apps/playground');
const svelteCheck = join(playground, 'node_modules/svelte-check/bin/svelte-check');
checks.push({ cwd: playground, program: [svelteCheck, '--output', 'human', '--fail-on-warnings'] });

for (const { cwd, program } of checks) {
  const { status } = spawnSync(process.execPath, program, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
