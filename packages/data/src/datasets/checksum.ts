/** Whether bytes are those that a dataset was described with. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { DataError } from '@seqloom/core/errors';
import type { DataFile } from './dataset-source.js';

/** The bytes, when size and sha256 are those of `file`. Throws DataError otherwise. */
export function verified(where: string, place: string, file: DataFile, bytes: Uint8Array): Uint8Array {
  const content = file.content?.(bytes) ?? bytes;
  const sum = bytesToHex(sha256(content));
  if (content.length === file.size && sum === file.sha256) return bytes;
  const problem =
    content.length === file.size
      ? `sha256 ${sum}, expected ${file.sha256}`
      : `${content.length} bytes, expected ${file.size}`;
  throw new DataError(where, `${place} is not the file that this dataset consists of: ${problem}`, {
    hint: 'it is damaged, or of another version',
  });
}
