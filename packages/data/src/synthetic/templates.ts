/** Sentences from templates: `{name}` stands for one of the list with that name. */
import type { Rng } from '@seqloom/core/rng';

/** A piece of a sentence: words, and the list that they were taken from, if any. */
export interface FilledPiece {
  readonly words: readonly string[];
  readonly list?: string;
}

/** The pieces of a template, with the choice for each list drawn evenly. */
export function fillTemplate(
  rng: Rng,
  template: string,
  lists: Readonly<Record<string, readonly string[]>>,
): FilledPiece[] {
  return template.split(/\{(\w+)\}/).flatMap((piece, i): FilledPiece[] => {
    const text = i % 2 === 0 ? piece : rng.choice(lists[piece]!);
    const words = text.split(' ').filter((word) => word !== '');
    return words.length === 0 ? [] : [{ words, list: i % 2 === 0 ? undefined : piece }];
  });
}
