/** Treebanks as words and their universal parts of speech. */
import type { Sentence } from '@seqloom/data';
import type { TaggedSentence } from '@seqloom/models';

export function partsOfSpeech(sentences: readonly Sentence[]): TaggedSentence[] {
  return sentences.map(({ tokens }) => ({
    words: tokens.map(({ form }) => form),
    tags: tokens.map(({ upos }) => upos ?? 'X'),
  }));
}
