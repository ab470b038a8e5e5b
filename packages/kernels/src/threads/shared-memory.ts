/** WebAssembly modules over memory that threads share: the same code, only the declaration of the memory says so. */

/** Whether threads can share memory here: in Node, and in pages and workers that are cross-origin isolated. */
export function canShareMemory(): boolean {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? isNode();
  return isolated && typeof SharedArrayBuffer === 'function' && typeof WebAssembly === 'object';
}

export function isNode(): boolean {
  return typeof process === 'object' && typeof process.getBuiltinModule === 'function';
}

/** Memory that threads can share; it grows up to 4 GiB. */
export function sharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
}

export function isShared({ buffer }: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer === 'function' && (buffer as ArrayBufferLike) instanceof SharedArrayBuffer;
}

const mostPages = 65536;
const hasMaximum = 1;
const sharedWithMaximum = 3;
const [importSection, memorySection] = [2, 5];
const [functionImport, tableImport, memoryImport, globalImport] = [0, 1, 2, 3];

/**
 * The module `binary`, its memory (imported, or its own) declared as shared. Other sections stay as they are: plain loads and
 * stores may be used on shared memory. Throws an Error where there is no memory.
 */
export function withSharedMemory(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const reader = new Reader(binary, 8); // after the magic number and the version
  while (!reader.atEnd()) {
    const id = reader.byte();
    const sizeAt = reader.at;
    const end = reader.integer() + reader.at;
    const bodyAt = reader.at;
    if (id === memorySection || id === importSection) {
      const limitsAt = id === memorySection ? memoryAt(reader) : importedMemoryAt(reader);
      if (limitsAt !== undefined) {
        reader.at = limitsAt;
        const limits = sharedLimits(reader);
        const size = end - bodyAt - (reader.at - limitsAt) + limits.length;
        const body = binary.subarray(bodyAt, limitsAt);
        return joined([binary.subarray(0, sizeAt), integer(size), body, limits, binary.subarray(reader.at)]);
      }
    }
    reader.at = end;
  }
  throw new Error('the WebAssembly module declares no memory');
}

function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function memoryAt(reader: Reader): number | undefined {
  return reader.integer() > 0 ? reader.at : undefined;
}

function importedMemoryAt(reader: Reader): number | undefined {
  for (let count = reader.integer(); count > 0; count--) {
    for (let names = 2; names > 0; names--) reader.at = reader.integer() + reader.at;
    const kind = reader.byte();
    if (kind === memoryImport) return reader.at;
    if (kind === functionImport) reader.integer();
    if (kind === globalImport) reader.at += 2;
    if (kind === tableImport) {
      reader.byte();
      readLimits(reader);
    }
  }
  return undefined;
}

function readLimits(reader: Reader): { least: number; most: number } {
  const bounded = (reader.byte() & hasMaximum) !== 0;
  const least = reader.integer();
  return { least, most: bounded ? reader.integer() : mostPages };
}

function sharedLimits(reader: Reader): number[] {
  const { least, most } = readLimits(reader);
  return [sharedWithMaximum, ...integer(least), ...integer(most)];
}

/** An unsigned integer in LEB128. */
function integer(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...integer(Math.floor(value / 128))];
}

class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  integer(): number {
    const low = this.byte();
    return low < 128 ? low : low - 128 + 128 * this.integer();
  }
}
