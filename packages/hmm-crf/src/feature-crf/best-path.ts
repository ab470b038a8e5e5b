/** The best labels of one sequence after another, in memory of the kernels' own, with as little as can be between them. */
import { Arena, chainBestPath64, doubles, integers, type Kernels, loadKernelsSync } from '@seqloom/kernels';

export class BestPath {
  readonly #labelCount: number;
  readonly #kernels: Kernels = loadKernelsSync(new Arena());
  readonly #transition: number;
  readonly #ends: number;
  #room = 0; // items
  #mask = 0;
  #scores = 0;
  #path = 0;

  /** transition [L,L]. */
  constructor(labelCount: number, transition: Float64Array) {
    const { memory } = this.#kernels;
    this.#labelCount = labelCount;
    this.#transition = memory.allocate(8 * transition.length);
    this.#ends = memory.allocate(8 * labelCount);
    doubles(memory, this.#transition, transition.length).set(transition);
    doubles(memory, this.#ends, labelCount).fill(0);
  }

  /** The scores [T,L] of the next sequence, all 0, to be added to before `find` is called. */
  scores(T: number): Float64Array {
    if (T > this.#room) this.#makeRoom(2 * T);
    return doubles(this.#kernels.memory, this.#scores, T * this.#labelCount).fill(0);
  }

  /** [T] label numbers; of equally good paths that of the lowest, from the end on. */
  find(T: number): Int32Array {
    const ends = this.#ends;
    chainBestPath64(
      this.#kernels,
      {
        ...{ initial: ends, final: ends, transition: this.#transition, perStep: false, emission: this.#scores },
        ...{ mask: this.#mask, B: 1, T, K: this.#labelCount },
      },
      this.#path,
    );
    return integers(this.#kernels.memory, this.#path, T);
  }

  #makeRoom(T: number): void {
    const { memory } = this.#kernels;
    if (this.#room > 0) memory.free(this.#mask);
    this.#mask = memory.allocate(T);
    this.#path = memory.allocate(4 * T);
    this.#scores = memory.allocate(8 * T * this.#labelCount);
    new Uint8Array(memory.memory.buffer, this.#mask, T).fill(1);
    this.#room = T;
  }
}
