/** Relaxed SIMD: where the engine has it, multiplication and addition become one instruction. */

/** Whether f32x4.relaxed_madd runs here: in Node from 22, in Chromium from 114. */
export function supportsFusedMultiplyAdd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(probe);
}

/** (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd)) */
const probe: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11],
);

const prefix = 0xfd;
const nop = 0x01;
const localGet = 0x20;
const constant = [prefix, 0x0c] as const;
const constantBytes = 18;
const multiply = [prefix, 0xe6, 0x01] as const;
const add = [prefix, 0xe4, 0x01] as const;
const relaxedMultiplyAdd = [prefix, 0x85, 0x02] as const;

/**
 * The module `binary` with every product that is added to a variable or a constant as one instruction, so of the same length: the
 * product leaves its place to three `nop`, the sum becomes relaxed_madd. Rounds once where there were two roundings.
 */
export function withFusedMultiplyAdd(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const fused = binary.slice();
  for (let at = 0; at < fused.length; at++) {
    if (!isAt(fused, at, multiply)) continue;
    const sum = afterOperand(fused, at + multiply.length);
    if (sum === undefined || !isAt(fused, sum, add)) continue;
    fused.fill(nop, at, at + multiply.length);
    fused.set(relaxedMultiplyAdd, sum);
  }
  return fused;
}

/** Where the instruction after a `local.get` or a constant begins. */
function afterOperand(code: Uint8Array, at: number): number | undefined {
  if (isAt(code, at, constant)) return at + constantBytes;
  if (code[at] !== localGet) return undefined;
  let end = at + 1;
  while (code[end]! > 127) end++; // the index in LEB128
  return end + 1;
}

function isAt(code: Uint8Array, at: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => code[at + i] === byte);
}
