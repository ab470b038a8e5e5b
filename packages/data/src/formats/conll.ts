/** CoNLL columns, as of the shared tasks for chunks and named entities: read sentence by sentence, and written. https://www.clips.uantwerpen.be/conll2003/ner/ */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';
import { type ConllColumns, ConllParser, type ConllSentence, checkedColumns } from './conll-parser.js';
import { type ReadOptions, records } from './records.js';
import { checkSource, placeOf, type TextSource } from './text-source.js';

/** What the columns are, and what becomes of bad sentences. */
export interface ConllOptions<Name extends string> extends ConllColumns<Name>, ReadOptions {}

/** The sentences of a text in columns, in any order of columns, read anew at each iteration. Throws DataError, with line and column, before it gives out a sentence that breaks the format. */
export function readConll<Name extends string>(
  source: TextSource,
  options: ConllOptions<Name>,
): Dataset<ConllSentence<Name>> {
  checkSource('readConll', source);
  checkedColumns('readConll', options, ['onBad']);
  const where = placeOf('readConll', source);
  return dataset(() => records(where, source, new ConllParser(where, options), options.onBad));
}

/** Sentences as text in these columns, with tabs between them unless told. Throws DataError where the text could not be read back. */
export function writeConll<Name extends string>(
  sentences: Iterable<ConllSentence<Name>>,
  options: { columns: readonly Name[]; separator?: string },
): string {
  const { columns, separator = '\t' } = checkedColumns('writeConll', options);
  const check = new ConllParser('writeConll', options);
  let text = '';
  let document = 0;
  const put = (line: string) => {
    text += `${line}\n`;
    return check.line(line);
  };
  for (const sentence of sentences) {
    for (; document < sentence.document; document++) {
      put('-DOCSTART-');
      put('');
    }
    const lists = columns.map((name) => sentence.columns[name] ?? []);
    const rows = lists[0]!.map((_, i) => lists.map((values) => values[i]));
    for (const row of rows) put(row.join(separator));
    if (!same(sentence.document, lists, columns, put('')) || /^\uFEFF/.test(text)) {
      throw new DataError('writeConll', `what could not be read back as it is: ${show(rows[0])}…`, {
        hint: 'columns are equally long, values hold no separator and no line break, documents are in order',
      });
    }
  }
  return text;
}

function same<Name extends string>(
  document: number,
  lists: readonly (readonly string[])[],
  columns: readonly Name[],
  read: ConllSentence<Name> | undefined,
): boolean {
  return (
    read?.document === document &&
    lists.every((values, i) => {
      const found = read.columns[columns[i]!];
      return values.length === found.length && values.every((value, t) => value === found[t] && !/[\r\n]/.test(value));
    })
  );
}
