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
  /** The number that can be set there, where the picture can be touched. */
  value?(cell: Cell): Settable | undefined;
  /** Shows that the number there was set by hand. */
  mark?(context: CanvasRenderingContext2D, ink: Ink, cell: Cell): void;
}

/** A number with its bounds, and how a number of its kind is written. */
export interface Settable {
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  show(value: number): string;
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

/** A corner of a cell, turned down: its number was set by hand. */
export function markCorner(
  context: CanvasRenderingContext2D,
  ink: Ink,
  [x, y, width, height]: readonly [x: number, y: number, width: number, height: number],
): void {
  const size = Math.min(8, width, height);
  context.fillStyle = ink.text;
  context.beginPath();
  context.moveTo(x + width - size, y);
  context.lineTo(x + width, y);
  context.lineTo(x + width, y + size);
  context.fill();
}

/** Whether a place lies within the drawing. */
export function inside({ rows, columns }: Drawing, cell: Cell | undefined): cell is Cell {
  return cell !== undefined && cell.row < rows && cell.column < columns;
}
