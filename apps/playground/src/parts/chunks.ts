/** Sentences with a tag for each word: noun phrases in made sentences, or the columns of a CoNLL file. */
import type { Rng } from '@seqloom/core';
import { DataError } from '@seqloom/core/errors';
import { collect, generateSentences, readConll, readLines, type Sentence } from '@seqloom/data';

export interface TaggedWords {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

const fewest = 20;

/** Noun phrases in BIO tags: an optional determiner, adjectives and numbers, and the nouns behind them; pronouns alone. */
export function nounPhrases(rng: Rng, count: number): TaggedWords[] {
  return generateSentences({ rng, count }).map(({ tokens }) => ({
    words: tokens.map(({ form }) => form),
    tags: phraseTags(tokens),
  }));
}

function phraseTags(tokens: Sentence['tokens']): string[] {
  const tags = new Array<string>(tokens.length).fill('O');
  for (let start = 0; start < tokens.length; start++) {
    let end = start;
    while (isBefore(tokens[end])) end++;
    const heads = end;
    while (['NOUN', 'PROPN'].includes(tokens[end]?.upos ?? '')) end++;
    if (end === heads) end = end === start && tokens[start]!.upos === 'PRON' ? start + 1 : start;
    for (let i = start; i < end; i++) tags[i] = i === start ? 'B-NP' : 'I-NP';
    start = Math.max(start, end - 1);
  }
  return tags;
}

/** Whether a word may stand before the noun of a phrase. */
function isBefore(token: Sentence['tokens'][number] | undefined): boolean {
  if (!token) return false;
  return ['DET', 'ADJ', 'NUM'].includes(token.upos ?? '') || /^(my|your|his|her|its|our|their)$/i.test(token.form);
}

/** The first and the last column of a CoNLL file: words and their tags. Throws DataError, with line and column. */
export async function readTagged(where: string, file: File): Promise<TaggedWords[]> {
  const columns = await columnsOf(file);
  const sentences = await collect(readConll(file, { columns }));
  const found = sentences.map(({ columns: { word, tag } }) => ({ words: word, tags: tag }));
  if (found.length >= fewest) return found;
  throw new DataError(where, `${file.name} has ${found.length} sentences, at least ${fewest} are needed`, {
    hint: 'a word a line, its tag in the last column, an empty line after each sentence',
  });
}

async function columnsOf(file: File): Promise<('word' | 'tag' | null)[]> {
  for await (const line of readLines(file)) {
    const cells = line.trim().split(/\s+/);
    if (line.trim() === '' || cells[0] === '-DOCSTART-') continue;
    if (cells.length < 2)
      throw new DataError('readTagged', `${file.name}: the first line has one column, "${line.slice(0, 40)}"`, {
        hint: 'a word and its tag, with blanks or a tab between them',
      });
    return cells.map((_, i) => (i === 0 ? 'word' : i === cells.length - 1 ? 'tag' : null));
  }
  throw new DataError('readTagged', `${file.name} is empty`);
}
