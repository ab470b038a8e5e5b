/** Where a page finds tfjs' .wasm files: bundlers replace these URLs by those of the files that they copy. */

const simd = 'tfjs-backend-wasm-simd.wasm';
const plain = 'tfjs-backend-wasm.wasm';
const threaded = 'tfjs-backend-wasm-threaded-simd.wasm';

/** URLs by file name, as tfjs' `setWasmPaths` takes them; the threaded build is never loaded (it hangs in minified pages). */
export type WasmPaths = { [plain]: string; [simd]: string; [threaded]: string };

/** `paths` is the folder that serves the files, or the URL of each; without it, the URLs that the bundler made. */
export function wasmPaths(paths?: string | Partial<WasmPaths>): WasmPaths {
  const given = typeof paths === 'string' ? inFolder(paths) : paths;
  const found = { ...bundled(), ...given };
  return { ...found, [threaded]: found[simd] };
}

function bundled(): Omit<WasmPaths, typeof threaded> {
  return {
    [plain]: new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url).href,
    [simd]: new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
  };
}

function inFolder(folder: string): Omit<WasmPaths, typeof threaded> {
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  return { [plain]: base + plain, [simd]: base + simd };
}
