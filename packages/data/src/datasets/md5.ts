/** MD5, by which datasets were split and names are told apart; not for checksums. */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** MD5 of a text as UTF-8, 32 hexadecimal digits. */
export function md5Hex(text: string): string {
  return bytesToHex(md5(new TextEncoder().encode(text)));
}

/** MD5 of a text, as a number, modulo a small one. */
export function md5Modulo(text: string, divisor: number): number {
  return Number(BigInt(`0x${md5Hex(text)}`) % BigInt(divisor));
}
