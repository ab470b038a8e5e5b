/** The kernels of statistical HMMs, over memory of their own, made when they are first used. */
import { Arena, type Kernels, loadKernelsSync } from '@seqloom/kernels';

/** Memory that has grown beyond this is left to the garbage collector. */
const keptBytes = 2 ** 28;

class Workplace {
  #arena = new Arena();
  #kernels: Kernels | undefined;

  get kernels(): Kernels {
    if (this.#arena.used === 0 && this.#arena.memory.buffer.byteLength > keptBytes) {
      this.#arena = new Arena();
      this.#kernels = undefined;
    }
    this.#kernels ??= loadKernelsSync(this.#arena);
    return this.#kernels;
  }
}

let ofChains: Workplace | undefined;
let ofEmissions: Workplace | undefined;

/** For what goes along chains. */
export function chainKernels(): Kernels {
  ofChains ??= new Workplace();
  return ofChains.kernels;
}

/** For what emissions do with rows: in other memory, so that results of the chain's kernels stay in place meanwhile. */
export function emissionKernels(): Kernels {
  ofEmissions ??= new Workplace();
  return ofEmissions.kernels;
}
