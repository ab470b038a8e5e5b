/** Tagged English sentences from a small grammar, for a tagger to learn from where no treebank is at hand. */
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { Sentence, Token } from '../formats/sentence.js';
import { grammar } from './sentence-grammar.js';

export interface GenerateSentencesOptions {
  rng: Rng;
  count: number;
}

/** Sentences as `readConllu` gives them, with forms and universal part-of-speech tags; a sentence may occur twice. */
export function generateSentences(options: GenerateSentencesOptions): Sentence[] {
  knownOptions('generateSentences', options, ['rng', 'count']);
  count('generateSentences', 'count', options.count, 0);
  return Array.from({ length: options.count }, (_, index) => sentence(expand('Sentence', options.rng), index + 1));
}

/** The words, as form/TAG, that a symbol becomes. */
function expand(symbol: string, rng: Rng): string[] {
  const alternatives = grammar[symbol];
  if (!alternatives) return [symbol];
  const parts = rng.choice(alternatives).split(' ');
  return parts.flatMap((part) => expand(part, rng));
}

function sentence(words: readonly string[], number: number): Sentence {
  const pairs = words.map((word) => word.split('/') as [form: string, upos: string]);
  const forms = pairs.map(([form], i) => (form === 'a' && /^[aeiou]/.test(pairs[i + 1]?.[0] ?? '') ? 'an' : form));
  forms[0] = forms[0]!.charAt(0).toUpperCase() + forms[0]!.slice(1);
  const joined = forms.map((_, i) => isJoined(forms, i));
  const tokens = pairs.map(([, upos], i) => token(i + 1, forms[i]!, upos, joined[i]!));
  const text = forms.map((form, i) => (joined[i] ? form : `${form} `)).join('');
  const id = `made-${number}`;
  return { id, comments: [`# sent_id = ${id}`, `# text = ${text}`], tokens, ranges: [], emptyNodes: [] };
}

/** Whether no blank stands after the word at `index`. */
function isJoined(forms: readonly string[], index: number): boolean {
  const next = forms[index + 1];
  if (next === undefined || /^([.,?!%]|'s|n't)$/.test(next) || forms[index] === '$') return true;
  const quotesBefore = forms.slice(0, index + 1).filter((form) => form === '"').length;
  return forms[index] === '"' ? quotesBefore % 2 === 1 : next === '"' && quotesBefore % 2 === 1;
}

function token(id: number, form: string, upos: string, joined: boolean): Token {
  const misc = joined ? ['SpaceAfter=No'] : [];
  return { id, form, lemma: null, upos, xpos: null, feats: {}, head: null, deprel: null, deps: [], misc };
}
