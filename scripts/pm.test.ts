/** What a stranger sees whose machine cannot run Seqloom yet. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('./pm.mjs', import.meta.url));

/** Runs pm.mjs with `prelude` evaluated before it. */
function run(prelude: string, env: Record<string, string> = {}) {
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(prelude)}`, script, '--version'];
  return spawnSync(process.execPath, flags, { encoding: 'utf8', env: { ...process.env, ...env } });
}

const pretendToBe = (version: string) =>
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;

test.each(['18.20.8', '20.18.3', '16.0.0'])('Node %s is too old, and is told so without a stack trace', (version) => {
  const { status, stderr, stdout } = run(pretendToBe(version));
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: `\nSeqloom needs Node 20.19 or newer; this is Node ${version}.\nInstall a newer one from https://nodejs.org and run the command again.\n\n`,
  });
});

test('a machine without npx is told so without a stack trace', () => {
  const { status, stderr } = run(pretendToBe('20.19.0'), { PATH: '' });
  expect(status).toBe(1);
  expect(stderr).toContain('npx could not be started');
  expect(stderr).not.toMatch(/^\s+at /m);
});
