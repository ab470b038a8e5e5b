/** WordPiece: the longest token that fits, again and again (Schuster & Nakajima 2012; Devlin et al. 2019, arXiv 1810.04805). */
import type { WordModel, WordTokens } from '../pipeline.js';
import { Trie } from './trie.js';

interface LongestMatchOptions {
  tokens: readonly string[];
  /** What a token within a word begins with. */
  continuation: string;
  /** Stands for a whole word that cannot be put together or has more than `maxCharacters`; words are left out where there is none. */
  unknown: number | undefined;
  maxCharacters: number;
}

/** A word's longest first token, then the longest of the rest, and so on. */
export function longestMatch({ tokens, continuation, unknown, maxCharacters }: LongestMatchOptions): WordModel {
  const trie = new Trie(tokens);
  let inner = 0;
  for (let i = 0; i < continuation.length; i++) inner = step(trie, inner, continuation.charCodeAt(i), i);
  const lone = (word: string): WordTokens =>
    unknown === undefined ? { ids: [], starts: [], ends: [] } : { ids: [unknown], starts: [0], ends: [word.length] };
  return (word) => {
    if (word.length > maxCharacters && [...word].length > maxCharacters) return lone(word);
    const [ids, starts, ends]: number[][] = [[], [], []];
    for (let start = 0; start < word.length; ) {
      const [id, end] = longest(trie, start === 0 ? 0 : inner, word, start);
      if (id === -1) return lone(word);
      ids!.push(id);
      starts!.push(start);
      ends!.push(end);
      start = end;
    }
    return { ids: ids!, starts: starts!, ends: ends! };
  };
}

/** -1 from where on nothing can be found. */
function step(trie: Trie, node: number, unit: number, depth: number): number {
  return node === -1 || (node === 0 && depth > 0) ? -1 : trie.next(node, unit) || -1;
}

function longest(trie: Trie, root: number, word: string, start: number): [id: number, end: number] {
  let found: [number, number] = [-1, start];
  let node = root;
  for (let end = start; end < word.length && node !== -1; ) {
    node = trie.next(node, word.charCodeAt(end++)) || -1;
    if (node !== -1 && trie.value(node) !== -1) found = [trie.value(node), end];
  }
  return found;
}
