/** Tags as the page shows them: a decision for each word, with what else was likely. */
import type { MatrixPicture, TagsResult } from '../experiment.js';

/** What is known of a sentence: ids of the best path [T] and marginal probabilities [T,K] of the tags. */
export interface TagAnswer {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly path: ArrayLike<number>;
  readonly marginals: ArrayLike<number>;
}

/** The tag of each word on the best path, and the likeliest ones with their probabilities. */
export function taggedWords({ words, tags, path, marginals }: TagAnswer): TagsResult {
  const decision = (t: number) => {
    const tag = tags[path[t]!]!;
    const likely = tags
      .map((name, k) => [name, marginals[t * tags.length + k]!] as const)
      .sort(([, a], [, b]) => b - a)
      .filter(([name, probability], rank) => name === tag || (rank < 3 && probability >= 0.02));
    return { tag, likely };
  };
  return { kind: 'tags', words: words.map((word, t) => ({ word, ...decision(t) })) };
}

/** Tags as rows, words as columns, and the best path. */
export function marginalsPicture({ words, tags, path, marginals }: TagAnswer): MatrixPicture {
  const [T, K] = [words.length, tags.length];
  const values = Float32Array.from({ length: T * K }, (_, i) => marginals[(i % T) * K + Math.floor(i / T)]!);
  return {
    kind: 'matrix',
    rows: tags,
    columns: words,
    layers: [{ label: 'all', values }],
    scale: 'share',
    path: Array.from(path),
  };
}
