/** Several files in one, as a ZIP archive; stored as they are, for weights do not compress. */

const encoder = new TextEncoder();

export function zip(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const [path, bytes] = [encoder.encode(name), typeof content === 'string' ? encoder.encode(content) : content];
    const common = describe(path, bytes);
    const local = join([numbers(4, 0x04034b50), common, path]);
    directory.push(
      join([numbers(4, 0x02014b50), numbers(2, 20), common, new Uint8Array(10), numbers(4, offset), path]),
    );
    parts.push(local, bytes);
    offset += local.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = numbers(2, directory.length, directory.length);
  const end = join([numbers(4, 0x06054b50), new Uint8Array(4), count, numbers(4, size, offset), new Uint8Array(2)]);
  return join([...parts, ...directory, end]);
}

/** What both headers of a file have: version, flags (names are UTF-8), method, time, checksum, sizes, lengths. */
function describe(path: Uint8Array, bytes: Uint8Array): Uint8Array {
  const date = numbers(2, 20, 0x0800, 0, 0, 0x21); // 1 January 1980: the archive depends on its content alone
  return join([date, numbers(4, crc32(bytes), bytes.length, bytes.length), numbers(2, path.length, 0)]);
}

/** Little-endian numbers of `width` bytes each. */
function numbers(width: number, ...values: number[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) => Array.from({ length: width }, (_, byte) => (value >>> (8 * byte)) & 255)),
  );
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});
