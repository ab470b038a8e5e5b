/** A file of numbers or words in columns, as spreadsheets write it. */
import { DataError } from '@seqloom/core/errors';
import { collect, readCsv, readLines } from '@seqloom/data';

export interface Columns {
  /** Of each column: its heading, or 'column 1', … */
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The cells of a file with commas, semicolons or tabs between them; a first line without a number is the heading. Throws DataError, with line and column. */
export async function readColumns(where: string, file: File): Promise<Columns> {
  const [first, second] = await firstLines(file);
  if (first === undefined) throw new DataError(where, `${file.name} is empty`);
  const separator = ['\t', ';', ','].find((mark) => first.includes(mark)) ?? ',';
  const cells = first.split(separator);
  const hasHeading = second !== undefined && !cells.some(isNumber) && second.split(separator).some(isNumber);
  const numbered = cells.map((_, i) => `column ${i + 1}`);
  const records = await collect(readCsv(file, { separator, ...(!hasHeading && { columns: numbered }) }));
  const names = Object.keys(records[0] ?? {});
  return { names, rows: records.map((record) => names.map((name) => record[name]!.trim())) };
}

/** The last column in which every cell is a number, or none. */
export function numbersOf({ rows, names }: Columns): number[] | undefined {
  for (let column = names.length - 1; column >= 0; column--)
    if (rows.every((row) => isNumber(row[column]!))) return rows.map((row) => Number(row[column]));
  return undefined;
}

/** The rows without the first, where no other has its cell in `column`: in a file of words alone, a heading looks like an example. */
export function withoutHeading({ rows }: Columns, column: number): Columns['rows'] {
  const [first, ...others] = rows;
  return others.some((row) => row.at(column) === first?.at(column)) ? rows : others;
}

async function firstLines(file: File): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(file)) {
    if (line.trim() !== '') lines.push(line);
    if (lines.length === 2) break;
  }
  return lines;
}

function isNumber(cell: string): boolean {
  return cell.trim() !== '' && Number.isFinite(Number(cell));
}
