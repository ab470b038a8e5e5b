/** The browser of these tests can do what the backends need: WebAssembly SIMD, WebGL 2 and WebGPU, on the page and in a module worker. */
import { expect, test } from 'vitest';
import { type BrowserCapabilities, browserCapabilities } from './browser-capabilities.js';

const everything: BrowserCapabilities = { wasmSimd: true, webgl2: true, webgpu: true };

test('the page has WebAssembly SIMD, WebGL 2 and a WebGPU device', async () => {
  expect(await browserCapabilities()).toEqual(everything);
});

test('a module worker has them too', async () => {
  const worker = new Worker(new URL('./browser-capabilities.worker.ts', import.meta.url), { type: 'module' });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  expect(answer).toEqual(everything);
});
