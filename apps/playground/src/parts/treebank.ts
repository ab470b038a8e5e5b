/** A treebank to learn tags from: the embedded sentences, or a CoNLL-U file of one's own. */
import type { Rng } from '@seqloom/core';
import { DataError } from '@seqloom/core/errors';
import { collect, generateSentences, readConllu, type Sentence, TokenEncoder, Vocabulary } from '@seqloom/data';
import { padFeatures, padIds } from '@seqloom/data/to-tensors';
import type { TaggedBatch } from '@seqloom/layers';
import type { DataPreview, Prepared } from '../experiment.js';

const made = 3000;
const longest = 50;
const fewest = 20;

/** The columns by which a word is known, and the size of each one's vector. */
const columns = { word: 32, suffix2: 16, suffix3: 16, prefix2: 8, shape: 8 } as const;

export const vectorSizes: readonly number[] = Object.values(columns);

export interface Example {
  readonly words: readonly string[];
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

export interface Treebank {
  readonly encoder: TokenEncoder;
  readonly tags: Vocabulary;
  /** By rising length. */
  readonly train: readonly Example[];
  readonly test: readonly Example[];
}

/** The sentences of a CoNLL-U file, or embedded ones; a tenth, at most 200, is kept apart. Throws DataError. */
export async function readTreebank(rng: Rng, file?: File): Promise<Prepared<Treebank>> {
  const sentences = file ? await collect(readConllu(file)) : generateSentences({ rng, count: made });
  const tagged = rng.shuffled(sentences.filter(isTagged));
  if (tagged.length < fewest) throw tooFew(sentences.length, tagged.length);
  const unseen = Math.min(200, Math.floor(tagged.length / 10));
  const [test, train] = [tagged.slice(0, unseen), tagged.slice(unseen)];
  const encoder = TokenEncoder.build(train.flatMap(wordsOf), {
    features: Object.keys(columns) as (keyof typeof columns)[],
  });
  const tags = Vocabulary.closed(tagged.flatMap(tagsOf));
  const encode = (sentence: Sentence): Example => ({
    words: wordsOf(sentence),
    features: encoder.encodeAll(wordsOf(sentence)),
    labels: tags.encode(tagsOf(sentence)),
  });
  const byLength = train.map(encode).sort((a, b) => a.words.length - b.words.length);
  return {
    data: { encoder, tags, train: byLength, test: test.map(encode) } satisfies Treebank,
    preview: previewOf(file, sentences.length, tagged),
  };
}

export function toBatch(examples: readonly Example[]): TaggedBatch {
  const { ids: tokens, mask } = padFeatures(examples.map(({ features }) => features));
  const labels = padIds(examples.map((example) => example.labels));
  labels.mask.dispose();
  return { tokens, mask, labels: labels.ids };
}

/** Whether every word has a tag, and the sentence is of a length that can be learnt from here. */
function isTagged({ tokens }: Sentence): boolean {
  return tokens.length > 0 && tokens.length <= longest && tokens.every(({ upos }) => upos !== null);
}

function tooFew(all: number, usable: number): DataError {
  return new DataError('tagger', `only ${usable} of ${all} sentences can be used, at least ${fewest} are needed`, {
    hint: `a sentence counts when each of its words has a UPOS tag and it has at most ${longest} words`,
  });
}

function wordsOf({ tokens }: Sentence): string[] {
  return tokens.map(({ form }) => form);
}

function tagsOf({ tokens }: Sentence): string[] {
  return tokens.map(({ upos }) => upos!);
}

function previewOf(file: File | undefined, all: number, tagged: readonly Sentence[]): DataPreview {
  const counts = new Map<string, number>();
  for (const tag of tagged.flatMap(tagsOf)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const words = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const from = file ? file.name : 'Embedded sentences';
  const left =
    all > tagged.length ? `, ${(all - tagged.length).toLocaleString('en')} more left out (too long or untagged)` : '';
  return {
    caption: `${from}: ${tagged.length.toLocaleString('en')} sentences, ${words.toLocaleString('en')} words, ${counts.size} tags${left}.`,
    counts: [...counts].sort(([, a], [, b]) => b - a),
    samples: tagged.slice(0, 6).map((sentence) => wordsOf(sentence).join(' ')),
  };
}
