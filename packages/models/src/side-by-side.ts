/** Long examples side by side: each row of a batch goes on where the row of the batch before ended. */
import { type Dataset, dataset, type Rng } from '@seqloom/core';

/** A piece of an example; nothing, where its row has nothing left. */
export interface Piece<T> {
  readonly steps: readonly T[];
  /** Whether it begins an example, or a part of one that was cut so that all rows have as much. */
  readonly begins: boolean;
}

export interface SideBySideOptions {
  /** Rows of a batch. */
  rows: number;
  /** Steps that are read of each piece. */
  context: number;
  /** Steps behind those, which are only looked at: the next piece begins with them. */
  ahead: number;
  /** Draws the order anew at each iteration. */
  rng: Rng;
}

/** Every step once, in batches of `rows` pieces of at most `context` + `ahead` steps. */
export function sideBySide<T>(examples: readonly (readonly T[])[], options: SideBySideOptions): Dataset<Piece<T>[]> {
  return dataset(() => batches(examples, options));
}

function* batches<T>(
  examples: readonly (readonly T[])[],
  { rows, context, ahead, rng }: SideBySideOptions,
): Generator<Piece<T>[]> {
  const total = examples.reduce((sum, { length }) => sum + Math.max(0, length - ahead), 0);
  const share = Math.ceil(total / rows / context) * context;
  const order = rng.split();
  const parts = order.shuffled(examples.flatMap((steps) => cut(steps, share, ahead)));
  const tracks = dealt(parts, rows).map((track) =>
    order.shuffled(track).flatMap((part) => cut(part, context, ahead).map((steps, i) => ({ steps, begins: i === 0 }))),
  );
  const longest = Math.max(...tracks.map(({ length }) => length));
  for (let i = 0; i < longest; i++) yield tracks.map((track) => track[i] ?? { steps: [], begins: true });
}

/** Parts of `size` steps, each with those `ahead` of it. */
function cut<T>(steps: readonly T[], size: number, ahead: number): (readonly T[])[] {
  const parts = Math.ceil((steps.length - ahead) / size);
  return Array.from({ length: Math.max(0, parts) }, (_, i) => steps.slice(i * size, (i + 1) * size + ahead));
}

/** The longest first, each to the row that has least. */
function dealt<T>(parts: readonly (readonly T[])[], rows: number): (readonly T[])[][] {
  const tracks = Array.from({ length: rows }, () => ({ parts: [] as (readonly T[])[], length: 0 }));
  for (const part of parts.toSorted((a, b) => b.length - a.length)) {
    const least = tracks.reduce((best, track) => (track.length < best.length ? track : best));
    least.parts.push(part);
    least.length += part.length;
  }
  return tracks.map((track) => track.parts);
}
