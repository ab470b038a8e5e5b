import { afterEach, expect, it, vi } from 'vitest';
import { KernelError } from '../errors.js';
import { findWasm } from './wasm-paths.js';

/** A server with these files; everything else is the page, with status 200, as development servers like to answer. */
function serve(...urls: string[]): void {
  vi.stubGlobal('fetch', async (url: string) => new Response(urls.includes(url) ? '\0asm…' : '<!doctype html>'));
}

afterEach(() => vi.unstubAllGlobals());

it('takes a folder, or the URL of each file', async () => {
  serve('/models/tfjs-backend-wasm-simd.wasm', '/x.wasm');
  const paths = await findWasm('/models', true);
  expect(paths['tfjs-backend-wasm.wasm']).toBe('/models/tfjs-backend-wasm.wasm');
  expect(await findWasm({ 'tfjs-backend-wasm.wasm': '/x.wasm' }, false)).toMatchObject({
    'tfjs-backend-wasm.wasm': '/x.wasm',
  });
});

it('a file that is not served is a KernelError that names it and says what to do', async () => {
  serve();
  const error = await findWasm('/models/', true).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KernelError);
  expect((error as Error).message).toContain(
    "/models/tfjs-backend-wasm-simd.wasm is not a WebAssembly file, it begins with '<!do'",
  );
  expect((error as KernelError).hint).toContain('`wasmPaths`');
});
