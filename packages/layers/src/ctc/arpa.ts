/** N-gram models in ARPA format, as SRILM, KenLM and IRSTLM write them. */
import { DataError } from '@seqloom/core';
import { NGramModel } from './n-gram-model.js';

/**
 * The model in the text of an ARPA file, over the ids that `vocabulary` gives its words; n-grams with a word that has none (`<unk>`, say) are left
 * out. Throws DataError where the text is no such file.
 */
export function readArpa(text: string, vocabulary: ReadonlyMap<string, number>): NGramModel {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim() === '\\data\\');
  if (start < 0) throw new DataError('readArpa', 'the text has no line `\\data\\`');
  const grams = new Map<string, [number, number]>();
  let [order, n] = [0, 0];
  for (const [i, raw] of lines.slice(start + 1).entries()) {
    const line = raw.trim();
    if (line === '\\end\\') return new NGramModel(order, sizeOf(vocabulary), grams);
    const section = /^\\(\d+)-grams:$/.exec(line);
    if (section) n = Number(section[1]);
    else if (line !== '' && n > 0) readGram(line, n, vocabulary, grams, start + i + 2);
    order = Math.max(order, n);
  }
  throw new DataError('readArpa', 'the text ends before its line `\\end\\`', { hint: 'it may have been cut off' });
}

function readGram(
  line: string,
  n: number,
  vocabulary: ReadonlyMap<string, number>,
  grams: Map<string, [number, number]>,
  place: number,
): void {
  const fields = line.split(/\s+/);
  const [logProbability, logBackoff] = [Number(fields[0]), Number(fields[n + 1] ?? 0)];
  if (fields.length < n + 1 || fields.length > n + 2 || Number.isNaN(logProbability) || Number.isNaN(logBackoff)) {
    throw new DataError('readArpa', `line ${place} is no ${n}-gram: '${line.slice(0, 60)}'`);
  }
  const tokens = fields.slice(1, n + 1).map((word) => (/^<\/?s>$/.test(word) ? word : vocabulary.get(word)));
  if (tokens.includes(undefined)) return;
  grams.set(tokens.join(' '), [logProbability * Math.LN10, logBackoff * Math.LN10]);
}

function sizeOf(vocabulary: ReadonlyMap<string, number>): number {
  let last = 0;
  for (const id of vocabulary.values()) last = Math.max(last, id); // more ids than a call takes arguments
  return last + 1;
}
