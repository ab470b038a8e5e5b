/** CoNLL-U, the format of Universal Dependencies: read sentence by sentence, and written back. https://universaldependencies.org/format.html */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { ConlluParser, sentenceId } from './conllu-parser.js';
import { type ReadOptions, records } from './records.js';
import type { EmptyNode, MultiwordRange, Sentence, Token } from './sentence.js';
import { checkSource, placeOf, type TextSource } from './text-source.js';

/** The sentences of a CoNLL-U text, read anew at each iteration. Throws DataError, with the line, before it gives out a sentence that breaks the format. */
export function readConllu(source: TextSource, options: ReadOptions = {}): Dataset<Sentence> {
  checkSource('readConllu', source);
  knownOptions('readConllu', options, ['onBad']);
  const where = placeOf('readConllu', source);
  return dataset(() => records(where, source, new ConlluParser(where), options.onBad));
}

/** Sentences as CoNLL-U text; what was read from a valid file is written as it stood. Throws DataError where the text could not be read back. */
export function writeConllu(sentences: Iterable<Sentence>): string {
  const check = new ConlluParser('writeConllu');
  let text = '';
  for (const sentence of sentences) {
    const lines = [...sentenceLines(sentence), ''];
    for (const line of lines) {
      if (/[\n\r]/.test(line)) throw new DataError('writeConllu', `a line break inside ${show(line)}`);
      check.line(line);
    }
    text += `${lines.join('\n')}\n`;
  }
  return text;
}

function sentenceLines({ id, comments, tokens, ranges, emptyNodes }: Sentence): string[] {
  const lines = id === undefined ? [...comments] : namedBy(id, comments);
  const expected = lines.length + tokens.length + ranges.length + emptyNodes.length;
  const nodesAfter = (word: number) => emptyNodes.filter(({ after }) => after === word).map(emptyNodeLine);
  lines.push(...nodesAfter(0));
  for (const token of tokens) {
    const covering = ranges.filter(({ first }) => first === token.id);
    lines.push(...covering.map(rangeLine), tokenLine(token), ...nodesAfter(token.id));
  }
  if (lines.length < expected) {
    const problem = `a range or an empty node of the sentence ${show(id)} belongs to none of its ${tokens.length} words`;
    throw new DataError('writeConllu', problem);
  }
  return lines;
}

/** The comments with the id in its place, which is the first where it had none. */
function namedBy(id: string, comments: readonly string[]): string[] {
  const at = comments.findLastIndex((comment) => sentenceId.exec(comment)?.[1]);
  if (at < 0) return [`# sent_id = ${id}`, ...comments];
  return sentenceId.exec(comments[at]!)![1] === id ? [...comments] : comments.with(at, `# sent_id = ${id}`);
}

function tokenLine(token: Token): string {
  return row(String(token.id), token, String(token.head ?? '_'), token.deprel ?? '_');
}

function emptyNodeLine(node: EmptyNode): string {
  return row(`${node.after}.${node.index}`, node, '_', '_');
}

function rangeLine({ first, last, form, feats, misc }: MultiwordRange): string {
  return row(`${first}-${last}`, { form, lemma: null, upos: null, xpos: null, feats, deps: [], misc }, '_', '_');
}

function row(id: string, word: Omit<EmptyNode, 'after' | 'index'>, head: string, deprel: string): string {
  const feats = Object.entries(word.feats).map(([name, value]) => `${name}=${value}`);
  const deps = word.deps.map((edge) => `${edge.head}:${edge.deprel}`);
  const lexical = [word.form, word.lemma ?? '_', word.upos ?? '_', word.xpos ?? '_', feats.join('|') || '_'];
  const columns = [id, ...lexical, head, deprel, deps.join('|') || '_', word.misc.join('|') || '_'];
  return columns.join('\t');
}
