/** The playground as a visitor meets it: served, opened in a real browser, without a complaint in the console. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserLaunch } from './browser.mjs';
import { servePlayground } from './serve-playground.mjs';

let browser: Awaited<ReturnType<typeof chromium.launch>>;
beforeAll(async () => {
  browser = await chromium.launch(browserLaunch());
});
afterAll(() => browser.close());

test.each([{ built: false }, { built: true }])(
  'it opens without errors ($built: production build)',
  async ({ built }) => {
    const server = await servePlayground({ port: 0, built });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(server.address, { waitUntil: 'networkidle' });
    expect(complaints).toEqual([]);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true); // or its worker would have no threads
    expect(await page.title()).toContain('Seqloom');
    expect((await page.locator('body').textContent())?.trim()).not.toBe('');
    await page.close();
    await server.close();
  },
);

test('a busy port is said to be busy, and the next free one is used', async () => {
  const busy = createServer().listen(0, 'localhost');
  await new Promise((resolve) => busy.once('listening', resolve));
  const { port } = busy.address() as { port: number };
  const script = fileURLToPath(new URL('./serve-playground.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('The playground is at')) break;
  }
  child.kill();
  busy.close();
  expect(output).toMatch(new RegExp(`^Port ${port} is busy: using \\d+ instead.$`, 'm'));
});
