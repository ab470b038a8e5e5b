/** Runs the pinned pnpm through npx, so that Node and npm are all a fresh machine needs: `node scripts/pm.mjs run <script> [args]`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const floor = manifest.engines.node.replace('>=', '');
if (!isAtLeast(process.versions.node, floor)) {
  fail(`Seqloom needs Node ${floor} or newer; this is Node ${process.versions.node}.`, 'Install a newer one from https://nodejs.org and run the command again.');
}

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package|config|command|execpath|node_execpath)/i.test(name)));
environment.TURBO_TELEMETRY_DISABLED = '1';
environment.npm_config_update_notifier = 'false';
environment.INIT_CWD = process.env.INIT_CWD ?? process.cwd();

const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
const run = spawnSync(npx, ['--yes', manifest.packageManager, ...process.argv.slice(2)], { cwd: root, env: environment, stdio: 'inherit', shell: process.platform === 'win32' });
if (run.error) fail(`npx could not be started: ${run.error.message}`, 'npm comes with Node; check that it is on the PATH.');
if (run.status !== 0 && !wasReached()) {
  fail(`${manifest.packageManager} could not be fetched or its dependencies could not be installed.`, 'The first run needs the network (the npm registry); later runs work from the cache.');
}
process.exit(run.status ?? 1);

/** Whether pnpm itself is in npx's cache: if not, the failure was the fetch. */
function wasReached() {
  const probe = spawnSync(npx, ['--yes', '--offline', manifest.packageManager, '--version'], { env: environment, stdio: 'ignore', shell: process.platform === 'win32' });
  return probe.status === 0;
}

function isAtLeast(version, minimum) {
  const [a, b] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

function fail(problem, remedy) {
  console.error(`\n${problem}\n${remedy}\n`);
  process.exit(1);
}
