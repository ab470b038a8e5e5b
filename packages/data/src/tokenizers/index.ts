/** @seqloom/data/tokenizers: texts as ids of parts of words, learnt from texts or read from Hugging Face's tokenizer.json. */

export { BytePairs, type BytePairsOptions } from './byte-pairs.js';
export {
  type HuggingFaceOptions,
  HuggingFaceTokenizer,
  readHuggingFaceTokenizer,
  type SequenceToken,
} from './hugging-face/hugging-face-tokenizer.js';
export type { Watching } from './learning/pauses.js';
export type { Tokenizer, TokenSpan } from './tokenizer.js';
export { type Segmentation, Unigram, type UnigramOptions } from './unigram.js';
export { WordPiece, type WordPieceOptions } from './word-piece.js';
