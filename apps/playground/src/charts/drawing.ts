/** A picture laid out for a width: how to draw it, what lies where, and the same in words and as a table. */
import type { Ink } from './palette.js';

/** A place in a picture: a row and a column of whatever it shows. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Bounds of what the arrow keys walk through. */
  readonly rows: number;
  readonly columns: number;
  /** How big it is, in words. */
  readonly size: string;
  draw(context: CanvasRenderingContext2D, ink: Ink, focus: Partial<Cell>): void;
  /** What lies at a point, if anything. */
  at(x: number, y: number): Cell | undefined;
  /** What lies there, with its numbers; undefined where there is nothing. */
  read(cell: Cell): string | undefined;
  table(): Table;
  /** The number that can be set there, with its bounds, where the picture can be touched. */
  value?(cell: Cell): { readonly value: number; readonly minimum: number; readonly maximum: number } | undefined;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly string[] }[];
}

const steps: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Where an arrow key leads from a place (from nowhere, to the first one); undefined for any other key. */
export function walk(drawing: Drawing, from: Cell | undefined, key: string): Cell | undefined {
  const step = steps[key];
  if (!step || drawing.rows === 0 || drawing.columns === 0) return undefined;
  if (!from) return { row: 0, column: 0 };
  const within = (at: number, size: number) => Math.max(0, Math.min(size - 1, at));
  const column = within(from.column + step[1], drawing.columns);
  for (let row = within(from.row + step[0], drawing.rows); row >= 0; row--) {
    if (drawing.read({ row, column }) !== undefined) return { row, column }; // a shorter column ends further up
  }
  return from;
}

/** Whether a place lies within the drawing. */
export function inside({ rows, columns }: Drawing, cell: Cell | undefined): cell is Cell {
  return cell !== undefined && cell.row < rows && cell.column < columns;
}
