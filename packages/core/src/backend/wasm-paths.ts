/** Where a page finds tfjs' .wasm files. */
import { KernelError, show } from '../errors.js';

const plain = 'tfjs-backend-wasm.wasm';
const simd = 'tfjs-backend-wasm-simd.wasm';
const threaded = 'tfjs-backend-wasm-threaded-simd.wasm';

/** URLs by file name, as tfjs' `setWasmPaths` takes them. */
export type WasmPaths = { [plain]: string; [simd]: string; [threaded]: string };

/**
 * The URLs of the files, from the folder or the URLs that the user names, or from the places where they usually are. Looks before
 * tfjs does, because a wrong path (often an index.html with status 200) would break tfjs' wasm backend for good: KernelError.
 */
export async function findWasm(given: string | Partial<WasmPaths> | undefined, hasSimd: boolean): Promise<WasmPaths> {
  const places = given === undefined ? usualPlaces() : [typeof given === 'string' ? inFolder(given) : given];
  const problems: string[] = [];
  for (const place of places) {
    const paths = { ...usualPlaces()[0]!, ...place };
    const problem = await problemWith(hasSimd ? paths[simd] : paths[plain]);
    if (!problem) return { ...paths, [threaded]: paths[simd] }; // never loaded: it hangs in minified pages
    problems.push(problem);
  }
  throw new KernelError('useBackend', problems.join('; '), {
    hint: 'serve the .wasm files of @tensorflow/tfjs-backend-wasm/dist and name their folder in the option `wasmPaths`',
  });
}

/** One URL in the place of all three. */
export function sameForAll(url: string): WasmPaths {
  return { [plain]: url, [simd]: url, [threaded]: url };
}

type TwoPaths = Omit<WasmPaths, typeof threaded>;

/** Where a bundler has copied them (it replaces these URLs), and beside the packages that a development server serves as they are. */
function usualPlaces(): TwoPaths[] {
  const bundled = {
    [plain]: new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url).href,
    [simd]: new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
  };
  const served = /^.*?\/node_modules\//.exec(import.meta.url);
  return served ? [bundled, inFolder(`${served[0]}@tensorflow/tfjs-backend-wasm/dist`)] : [bundled];
}

function inFolder(folder: string): TwoPaths {
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  return { [plain]: base + plain, [simd]: base + simd };
}

async function problemWith(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url);
    if (!response.ok) return `${url} answers with status ${response.status}`;
    const start = new TextDecoder().decode((await response.arrayBuffer()).slice(0, 4));
    return start === '\0asm' ? undefined : `${url} is not a WebAssembly file, it begins with ${show(start)}`;
  } catch (cause) {
    return `cannot fetch ${url}: ${cause}`;
  }
}
