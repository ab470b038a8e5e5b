/** A visible character for each byte, so that tokens of bytes are texts; the table is that of GPT-2 (Radford et al. 2019), whose saved vocabularies use it. */

import type { Rewrite } from './pipeline.js';
import { replaced } from './rewrites.js';

const visible = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);

/** The character of each byte. */
export const byteCharacters: readonly string[] = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
})();

const bytes: ReadonlyMap<string, number> = new Map(byteCharacters.map((character, byte) => [character, byte]));
const encoder = new TextEncoder();

/** A text's UTF-8 bytes as characters; a half surrogate pair becomes U+FFFD. */
export function toByteCharacters(text: string): string[] {
  return Array.from(encoder.encode(text), (byte) => byteCharacters[byte]!);
}

/** The text again; bytes that are no UTF-8, as of half a character, become U+FFFD, characters that stand for no byte themselves. */
export function fromByteCharacters(characters: string): string {
  const found = Array.from(characters, (character) => bytes.get(character) ?? [...encoder.encode(character)]);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(found.flat()));
}

/** The bytes that characters stand for; undefined when one of them stands for none. */
export function bytesOfCharacters(characters: string): number[] | undefined {
  const found = Array.from(characters, (character) => bytes.get(character));
  return found.every((byte) => byte !== undefined) ? found : undefined;
}

/** Writes every character as the characters of its bytes. */
export const asByteCharacters: Rewrite = (text) =>
  replaced(text, /[^!-~]/gu, (character) => toByteCharacters(character).join(''));
