/** Running text: the whole of it, and its paragraphs. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { type LineParser, records } from './records.js';
import { checkSource, placeOf, type TextSource, textBlocks } from './text-source.js';

/** A text that comes in pieces; the name, where the source has one, is what errors call it. */
export interface TextChunks extends AsyncIterable<string> {
  readonly name: string | undefined;
}

/** The whole text, its lines ending with `\n` each way they end, without a byte-order mark. Throws DataError on bytes that are not UTF-8. */
export async function readText(source: TextSource): Promise<string> {
  checkSource('readText', source);
  const parts: string[] = [];
  for await (const text of textBlocks(placeOf('readText', source), source)) parts.push(text);
  return parts.join('').replaceAll('\r\n', '\n');
}

/** The paragraphs of a text, which are lines with an empty one before and behind, read anew at each iteration; their lines end with `\n`, but the last. */
export function readParagraphs(source: TextSource): Dataset<string> {
  checkSource('readParagraphs', source);
  return dataset(() => records(placeOf('readParagraphs', source), source, paragraphs()));
}

/** Any source as pieces of text, unpacked and decoded, as readers elsewhere take it: `readAttributes(textChunks(file))` of @seqloom/hmm-crf/feature-crf. */
export function textChunks(source: TextSource): TextChunks {
  checkSource('textChunks', source);
  const chunks = dataset(() => textBlocks(placeOf('textChunks', source), source));
  const name = typeof source === 'object' && 'name' in source ? source.name : undefined;
  return Object.assign(chunks, {
    name: source instanceof URL ? source.href : typeof name === 'string' ? name : undefined,
  });
}

function paragraphs(): LineParser<string> {
  let lines: string[] = [];
  const end = () => {
    const paragraph = lines.join('\n');
    lines = [];
    return paragraph || undefined;
  };
  return {
    end,
    line(line) {
      if (line.trim() === '') return end();
      lines.push(line);
      return undefined;
    },
  };
}
