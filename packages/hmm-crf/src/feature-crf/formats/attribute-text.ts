/** CRFsuite's text format of labelled attributes: one item a line, an empty line after each sequence. https://www.chokkan.org/software/crfsuite/manual.html */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { forEachAttribute, type LabelledItems } from '../item.js';
import { AttributeLines, type AttributeSequence } from './attribute-lines.js';

/** A text (not a path), or its chunks, cut anywhere: `textChunks(source)` of @seqloom/data makes them of files, URLs, bytes and gzip. Chunks may have a `name`, which errors tell. */
export type TextChunks = string | ((Iterable<string> | AsyncIterable<string>) & { readonly name?: string | undefined });

export interface AttributeTextOptions {
  /** Is told of every sequence that cannot be read, which is then left out; without it the first one is thrown. */
  onBad?: (problem: DataError) => void;
}

/**
 * The sequences of a text in CRFsuite's format, read anew at each iteration (a stream only once). As in CRFsuite 0.12 there are no comments,
 * and a line `@weight:2` gives its sequence that weight. Throws a DataError, with line and column, for a weight that is no number, a colon or backslash without its escape…
 */
export function readAttributes(text: TextChunks, options: AttributeTextOptions = {}): Dataset<AttributeSequence> {
  knownOptions('readAttributes', options, ['onBad']);
  const chunked =
    typeof text === 'object' && text !== null && (Symbol.asyncIterator in text || Symbol.iterator in text);
  if (typeof text !== 'string' && !chunked) throw unreadable(text);
  const where = typeof text !== 'string' && text.name ? `readAttributes(${text.name})` : 'readAttributes';
  return dataset(() => sequences(where, typeof text === 'string' ? [text] : text, options));
}

async function* sequences(
  where: string,
  chunks: Iterable<string> | AsyncIterable<string>,
  { onBad }: AttributeTextOptions,
): AsyncGenerator<AttributeSequence> {
  const parser = new AttributeLines(where, onBad);
  let rest = '';
  for await (const chunk of chunks) {
    if (typeof chunk !== 'string') throw unreadable(chunk);
    rest += chunk;
    if (!chunk.includes('\n')) continue; // however long a line is, it is looked at once
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const sequence = parser.line(line);
      if (sequence) yield sequence;
    }
  }
  for (const line of [rest, '']) {
    const last = parser.line(line);
    if (last) yield last;
  }
}

function unreadable(text: unknown): OptionError {
  return new OptionError('readAttributes', `cannot read text from ${show(text)}`, {
    hint: 'pass the text, or its chunks: textChunks(file) of @seqloom/data, createReadStream(path, "utf8")',
  });
}

/** Sequences in CRFsuite's format. Throws a DataError for a label or an attribute that it cannot say: with a tab or a line break, or a label that begins with @. */
export function writeAttributes(sequences: Iterable<LabelledItems & { readonly weight?: number }>): string {
  let text = '';
  let n = 0;
  for (const { items, labels, weight = 1 } of sequences) {
    n++;
    const where = `writeAttributes: sequence ${n}`;
    if (items.length !== labels.length)
      throw new DataError(where, `${items.length} items, but ${labels.length} labels`);
    if (!(weight >= 0 && weight < Infinity)) throw new DataError(where, `its weight is ${show(weight)}`);
    if (weight !== 1) text += `@weight:${weight}\n`;
    for (const [t, item] of items.entries()) {
      text += escapedLabel(labels[t]!, where);
      forEachAttribute(
        item,
        () => `${where}, item ${t}`,
        (attribute, value) => {
          text += `\t${escaped(attribute, where)}${value === 1 && attribute !== '' ? '' : `:${value}`}`;
        },
      );
      text += '\n';
    }
    text += '\n';
  }
  return text;
}

function escapedLabel(label: string, where: string): string {
  if (/^([@\uFEFF]|$)/.test(label)) throw new DataError(where, `the format has no way to say the label ${show(label)}`);
  return escaped(label, where);
}

function escaped(name: string, where: string): string {
  if (!/[\t\n\r\\:]/.test(name)) return name;
  if (/[\t\n\r]/.test(name)) throw new DataError(where, `a tab or a line break inside ${show(name)}`);
  return name.replace(/[\\:]/g, '\\$&');
}
