/** Features written as functions: what the model shall know of the token at one place. */
import type { Item, LabelledItems } from './item.js';

/** The attributes of the item that stands for tokens[t]; it may look at all tokens. */
export type Feature<Token> = (tokens: readonly Token[], t: number) => Item;

/** One item for each token. */
export function featurize<Token>(tokens: readonly Token[], feature: Feature<Token>): Item[] {
  return tokens.map((_, t) => feature(tokens, t));
}

/** The same for labelled sentences, one at a time, so that their items need not be in memory together. Iterating again starts again. */
export function featurizeAll<Token>(
  sentences: Iterable<{ readonly tokens: readonly Token[]; readonly labels: readonly string[] }>,
  feature: Feature<Token>,
): Iterable<LabelledItems> {
  return {
    *[Symbol.iterator]() {
      for (const { tokens, labels } of sentences) yield { items: featurize(tokens, feature), labels };
    },
  };
}
