/** The hash that quark databases are built on: `hashlittle` of Bob Jenkins' lookup3 (2006, public domain). https://burtleburtle.net/bob/c/lookup3.c */

/** The hash, as an int32 (which engines keep in a register), of `length` bytes at `start`, behind which zeros must follow up to a multiple of 12 bytes. */
export function lookup3(bytes: DataView, start: number, length: number): number {
  let a = (0xdeadbeef + length) | 0;
  if (length === 0) return a;
  let b = a;
  let c = a;
  let at = start;
  for (const last = start + length - 12; at < last; at += 12) {
    a = (a + bytes.getInt32(at, true)) | 0;
    b = (b + bytes.getInt32(at + 4, true)) | 0;
    c = (c + bytes.getInt32(at + 8, true)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  a = (a + bytes.getInt32(at, true)) | 0;
  b = (b + bytes.getInt32(at + 4, true)) | 0;
  c = (c + bytes.getInt32(at + 8, true)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) | 0;
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
