import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { zip } from './zip.js';

const files = {
  'use.ts': 'say(“grüß”)\n',
  'model.safetensors': Uint8Array.from({ length: 7000 }, (_, i) => i % 251),
  'leer.txt': '',
};

test('every file can be found in its directory, byte by byte, with its checksum', () => {
  const archive = zip(files);
  const view = new DataView(archive.buffer);
  const end = archive.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  expect(view.getUint16(end + 10, true)).toBe(3);
  let at = view.getUint32(end + 16, true);
  for (const [name, content] of Object.entries(files)) {
    const [size, length, start] = [
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
      view.getUint32(at + 42, true),
    ];
    expect(new TextDecoder().decode(archive.subarray(at + 46, at + 46 + length))).toBe(name);
    const data = archive.subarray(start + 30 + length, start + 30 + length + size);
    expect(typeof content === 'string' ? new TextDecoder().decode(data) : data).toEqual(content);
    expect(view.getUint32(at + 16, true)).toBe(crc32(data));
    at += 46 + length;
  }
});
