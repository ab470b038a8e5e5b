/** Heads of taggers by name, and how their tags are measured. */
import { DataError, type Metrics, type Rng } from '@seqloom/core';
import { spanF1, tokenAccuracy } from '@seqloom/data';
import { CRF, type TagScheme, tagScheme } from '@seqloom/hmm-crf';
import { SoftmaxHead, type TagHead } from '@seqloom/layers';

/** A linear chain over the tags, or each tag by itself. */
export type TagHeadName = 'crf' | 'softmax';

export interface TagHeadSizes {
  tags: readonly string[];
  /** Only tag sequences of this scheme are possible (with a CRF). */
  scheme?: TagScheme | null;
  rng: Rng;
}

export function makeTagHead(name: TagHeadName, { tags, scheme, rng }: TagHeadSizes): TagHead {
  const allowed = scheme ? tagScheme(scheme, tags) : undefined; // names tags that are none of the scheme with any head
  return name === 'crf' ? new CRF({ labelCount: tags.length, allowed, rng }) : new SoftmaxHead();
}

type Tags = readonly (readonly string[])[];

/** `accuracy`, the share of words with the right tag, and with a scheme `f1`, of chunks over all types (as conlleval counts them). */
export function tagMetrics(predicted: Tags, expected: Tags, scheme: TagScheme | null): Metrics {
  const accuracy = tokenAccuracy(predicted, expected);
  return scheme ? { accuracy, f1: spanF1(predicted, expected).micro.f1 } : { accuracy };
}

/** Throws DataError unless each sentence has as many tags as words. */
export function checkSentences(
  where: string,
  sentences: readonly { readonly words: readonly string[]; readonly tags: readonly string[] }[],
): void {
  const wrong = sentences.findIndex(({ words, tags }) => words.length !== tags.length);
  if (wrong < 0) return;
  const { words, tags } = sentences[wrong]!;
  throw new DataError(where, `sentence ${wrong} has ${words.length} words and ${tags.length} tags`);
}
