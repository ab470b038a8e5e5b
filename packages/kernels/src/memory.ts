/** Memory for kernels: any WebAssembly memory with an allocator, and an arena over one of our own. */

/** Where kernels work: a heap that somebody else owns (such as tfjs'), or an Arena. Pointers are byte offsets. */
export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  free(pointer: number): void;
}

const pageSize = 65536;
const alignment = 16;

/** A stack of allocations in one growing WebAssembly memory: the last allocated is the first freed. */
export class Arena implements KernelMemory {
  readonly memory: WebAssembly.Memory;
  #top = alignment; // 0 stays free, so that no pointer is falsy

  constructor(memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 16 })) {
    this.memory = memory;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#top - alignment;
  }

  allocate(bytes: number): number {
    const pointer = this.#top;
    const top = pointer + Math.ceil(bytes / alignment) * alignment;
    const missing = top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / pageSize));
    this.#top = top;
    return pointer;
  }

  /** Frees what was allocated at `pointer` and everything after it. */
  free(pointer: number): void {
    this.#top = Math.min(this.#top, pointer);
  }
}

/** Runs `body` and then frees what it allocated through its argument, also when it throws. */
export function scope<T>(memory: KernelMemory, body: (allocate: (bytes: number) => number) => T): T {
  const pointers: number[] = [];
  const allocate = (bytes: number) => {
    const pointer = memory.allocate(bytes);
    pointers.push(pointer);
    return pointer;
  };
  try {
    return body(allocate);
  } finally {
    for (const pointer of pointers.reverse()) memory.free(pointer);
  }
}

/** The `length` floats at `pointer`; growing the memory detaches the view, so make it where it is used. */
export function floats({ memory }: KernelMemory, pointer: number, length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(memory.buffer as ArrayBuffer, pointer, length);
}

/** The `length` float64 numbers at `pointer`. */
export function doubles({ memory }: KernelMemory, pointer: number, length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(memory.buffer as ArrayBuffer, pointer, length);
}

/** The `length` 32-bit integers at `pointer`. */
export function integers({ memory }: KernelMemory, pointer: number, length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(memory.buffer as ArrayBuffer, pointer, length);
}
