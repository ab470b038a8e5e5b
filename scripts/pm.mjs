/**
 * Runs the pinned pnpm through npx, so that Node and npm are all a fresh machine needs: `node scripts/pm.mjs run <script> [args]`.
 * Keep the syntax to what Node 12 parses: an old Node must get as far as being told that it is old.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const windows = process.platform === 'win32';

const floor = manifest.engines.node.replace('>=', '');
if (!isAtLeast(process.versions.node, floor)) {
  fail(
    `Seqloom needs Node ${floor} or newer; this is Node ${process.versions.node}.`,
    'Install a newer one from https://nodejs.org and run the command again.',
  );
}

const environment = inherited();
if (!existsSync(`${root}/node_modules/.modules.yaml`)) install();
process.exit(npx(process.argv.slice(2)).status);

/** The first installation, quiet when it works and without the tools' stack traces when it does not. */
function install() {
  const remedy = 'The first run needs the network (the npm registry); later runs work from the cache.';
  console.log('Installing the dependencies, which takes a minute the first time…');
  const run = npx(['install', '--loglevel', 'error'], 'pipe');
  if (run.status === 0) return;
  console.error(`${run.stdout}${run.stderr}`.replace(/^\s+at .*\n/gm, ''));
  fail('The dependencies could not be fetched or installed.', remedy);
}

/**
 * Runs pnpm with `args`.
 * @param {string[]} args
 * @param {'inherit' | 'pipe'} stdio
 */
function npx(args, stdio = 'inherit') {
  const command = ['--yes', manifest.packageManager, ...args];
  const run = spawnSync(windows ? 'npx.cmd' : 'npx', command, { cwd: root, env: environment, stdio, shell: windows });
  if (run.error)
    fail(`npx could not be started: ${run.error.message}`, 'npm comes with Node; check that it is on the PATH.');
  return { status: run.status === null ? 1 : run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Our environment without what the npm that started us says about itself, with short waits for a registry that is out of reach. */
function inherited() {
  const own =
    /^npm_(lifecycle|package|command|execpath|node_execpath|config_(local_prefix|global_prefix|prefix|user_agent|npm_version))/i;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  const defaults = {
    npm_config_fetch_retries: '3',
    npm_config_fetch_retry_mintimeout: '1000',
    npm_config_fetch_retry_maxtimeout: '8000',
    npm_config_update_notifier: 'false',
    TURBO_TELEMETRY_DISABLED: '1',
    SEQLOOM_CWD: process.env.INIT_CWD || process.cwd(), // where the command was typed; pnpm overwrites INIT_CWD
  };
  return { ...defaults, ...Object.fromEntries(kept) };
}

/**
 * @param {string} version
 * @param {string} minimum
 */
function isAtLeast(version, minimum) {
  const numbers = (/** @type {string} */ text) => text.split('.').map(Number);
  const [have, need] = [numbers(version), numbers(minimum)];
  const differing = need.findIndex((part, i) => have[i] !== part);
  return differing === -1 || (have[differing] || 0) > (need[differing] || 0);
}

/**
 * @param {string} problem
 * @param {string} remedy
 */
function fail(problem, remedy) {
  console.error(`\n${problem}\n${remedy}\n`);
  process.exit(1);
}
