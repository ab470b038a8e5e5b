/** Everything that `npm test` promises, step by step; the last line is `N passed, N failed`, and a failure makes the exit code 1. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readReport } from './vitest-report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'seqloom-check-'));
const windows = process.platform === 'win32';
const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
const limit = 15 * 60_000;

/**
 * A step is a command, or a vitest project whose tests count one by one; one that needs a step that failed is not run, and fails.
 * @typedef {{ title: string, command?: string, project?: string, needs?: string }} Step
 * @typedef {{ title: string, passed: number, failures: string[], seconds: number }} Result
 */

/** @type {Step[]} */
const steps = [
  { title: 'generated sources', command: 'turbo run generate --output-logs=errors-only' },
  { title: 'types', command: 'node scripts/typecheck.mjs' },
  { title: 'style', command: 'biome check --error-on-warnings .' },
  { title: 'boundaries', command: 'depcruise packages apps bench quality' },
  { title: 'unit tests', project: 'node' },
  { title: 'builds', command: 'turbo run build --output-logs=errors-only' },
  { title: 'packages', command: 'node scripts/check-packages.mjs' },
  { title: 'programs to take home', command: 'node scripts/check-programs.mjs' },
  { title: 'releases', command: 'node scripts/check-releases.mjs' },
  { title: 'unused code', command: 'knip' },
  { title: 'a browser', command: 'node scripts/browser.mjs' },
  { title: 'browser tests', project: 'browser', needs: 'a browser' },
  { title: 'end-to-end tests', project: 'e2e', needs: 'a browser' },
];

/** @type {Result[]} */
const results = [];
for (const step of steps) results.push(await run(step));
rmSync(reports, { recursive: true });
summarize(results);

/**
 * @param {Step} step
 * @returns {Promise<Result>}
 */
async function run({ title, command, project, needs }) {
  console.log(`\n▸ ${title}`);
  if (results.some((result) => result.title === needs && result.failures.length > 0)) {
    return { title, passed: 0, failures: [`not run, for want of ${needs}`], seconds: 0 };
  }
  const report = join(reports, `${project}.json`);
  const vitest = `vitest run --project ${project} --reporter=default --reporter=json --outputFile.json=${report}`;
  const start = performance.now();
  const problem = await execute(command ?? vitest);
  const seconds = (performance.now() - start) / 1000;
  const counted = project ? readReport(report) : { passed: problem ? 0 : 1, failures: [] };
  const failures = problem && counted.failures.length === 0 ? [problem] : counted.failures;
  console.log(`${failures.length === 0 ? '✓' : '✗'} ${title} (${seconds.toFixed(1)} s)`);
  return { title, passed: counted.passed, failures, seconds };
}

/**
 * Runs a command with our output; resolves to what went wrong, if anything did.
 * @param {string} command
 * @returns {Promise<string | undefined>}
 */
function execute(command) {
  return new Promise((resolve) => {
    const child = spawn(command, {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: true,
      detached: !windows,
    });
    const stop = (/** @type {NodeJS.Signals} */ signal) => {
      if (child.pid) process.kill(windows ? child.pid : -child.pid, signal); // the whole group, browsers too
    };
    const interrupt = () => {
      stop('SIGTERM');
      process.exit(130);
    };
    const timers = [setTimeout(stop, limit, 'SIGTERM'), setTimeout(stop, limit + 10_000, 'SIGKILL')];
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    child.once('exit', (code, signal) => {
      timers.forEach(clearTimeout);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      if (signal) resolve(`\`${command}\` was stopped by ${signal} (each step has ${limit / 60_000} minutes)`);
      else resolve(code === 0 ? undefined : `\`${command}\` ended with code ${code}`);
    });
  });
}

/** @param {Result[]} results */
function summarize(results) {
  console.log('\nSummary');
  for (const { title, passed, failures, seconds } of results) {
    console.log(
      `${failures.length === 0 ? '✓' : '✗'} ${title.padEnd(20)} ${String(passed).padStart(5)} passed ${seconds.toFixed(1).padStart(7)} s`,
    );
    for (const failure of failures) console.log(`    ✗ ${failure}`);
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failures.length, 0);
  if (failed > 0) process.exitCode = 1;
  console.log(`\n${passed} passed, ${failed} failed`);
}
