/** What the running page or worker can do for tfjs' backends, found by doing it. */

export interface BrowserCapabilities {
  wasmSimd: boolean;
  webgl2: boolean;
  webgpu: boolean;
}

/** A module whose only function is `i32x4.extract_lane 0 (v128.const 0)`: it compiles where there is SIMD. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 10, 25, 1, 23, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 253, 27, 0, 11,
]);

export async function browserCapabilities(): Promise<BrowserCapabilities> {
  return {
    wasmSimd: WebAssembly.validate(simdModule),
    webgl2: new OffscreenCanvas(1, 1).getContext('webgl2') !== null,
    webgpu: await hasWebgpuDevice(),
  };
}

async function hasWebgpuDevice(): Promise<boolean> {
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<{ requestDevice(): Promise<object> } | null> } }).gpu;
  const adapter = await gpu?.requestAdapter();
  return adapter ? (await adapter.requestDevice()) instanceof Object : false;
}
