/** The kernels of statistical HMMs, over memory of their own, made when they are first used. */
import { KernelError } from '@seqloom/core/errors';
import { Arena, type Kernels, loadKernelsSync, scope } from '@seqloom/kernels';

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

/** Runs `body` and frees what it allocated. Throws a KernelError where there is not enough memory for what it allocates. */
export function within<Out>({ memory }: Kernels, body: (allocate: (bytes: number) => number) => Out): Out {
  try {
    return scope(memory, body);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new KernelError('HMM', 'a sequence is too long for the memory of the kernels', {
      cause: error,
      hint: 'about 7 · 8 · K bytes are needed for each row, 4 GB is all there is: divide the sequence',
    });
  }
}
