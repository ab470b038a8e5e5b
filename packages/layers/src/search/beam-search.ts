/** Beam search over a batch of rows: the one loop; what it obeys comes as rules, penalties and an allocation. */
import { count, OptionError } from '@seqloom/core';
import { type Allocation, bestFirst } from './allocation.js';
import { Beam, type BeamExpansion, type BeamPrefix } from './beam.js';
import { type Hypothesis, UndecodableError } from './hypothesis.js';
import { nextScores } from './next-scores.js';
import type { Penalty } from './penalties.js';
import { type Readings, Run } from './run.js';
import type { Writer } from './writer.js';
import { checkWriting, stopIfCancelled, type WritingOptions } from './writing-options.js';

export interface BeamSearchOptions extends WritingOptions {
  /** How many hypotheses of a row go on side by side. */
  width: number;
  /** What turns the log-probability of what has ended into the score it is ranked by, in this order. */
  penalties?: readonly Penalty[];
  /** `bestFirst` unless told; `diverse(…)`, `mustInclude(…)`. */
  allocation?: Allocation;
}

/**
 * The best hypotheses of every row, best first, at most `width` of them. A row is done once so many have ended and none that goes on would score
 * higher if it ended here, or at the greatest length, where what is left is cut. Throws OptionError, UndecodableError for rows where nothing is
 * possible, UsageError when cancelled.
 */
export async function beamSearch<S>(writer: Writer<S>, options: BeamSearchOptions): Promise<Hypothesis[][]> {
  const groups = checked(writer, options);
  const { maxLength, signal, width } = options;
  stopIfCancelled(where, signal);
  const rows = emptyBeams(writer, options, groups);
  const run = new Run(writer, width);
  try {
    let slots = slotsFor(rows, rows, options);
    for (let t = 0; t < maxLength && rows.some(isOpen); t++) {
      const readings = await run.step(slots.symbols, slots.from);
      stopIfCancelled(where, signal);
      for (const row of rows) advance(row, readings, slots.symbols.length, { ...options, left: maxLength - t - 1 });
      slots = slotsFor(stillComputed(slots.rows), slots.rows, options);
    }
  } finally {
    run.dispose();
  }
  return best(rows, width);
}

const where = 'beamSearch';

/** The beams of a row, one for each group. */
type Row = readonly Beam[];

function emptyBeams({ rows }: Writer, { width, penalties = [] }: BeamSearchOptions, groups: number): Row[] {
  const places = width / groups;
  const slot = (row: number, group: number) => row * width + group * places;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: groups }, (_, group) => new Beam({ row, places, slot: slot(row, group), penalties })),
  );
}

/** One step of a row: its groups in turn, each knowing what those before it took. */
function advance(row: Row, readings: Readings, N: number, options: BeamSearchOptions & { left: number }): void {
  const { end, maxLength, left, rules = [], allocation = bestFirst } = options;
  const taken: number[] = [];
  for (const beam of row) {
    const expand = (prefix: BeamPrefix): BeamExpansion | [] => {
      const written = { ids: prefix.ids, row: beam.row, end, maxLength };
      const next = nextScores(where, readings, [prefix.slot, N], written, rules);
      return next ? { prefix, ...next } : [];
    };
    const expansions = beam.alive.flatMap(expand);
    const candidates = allocation.choose(expansions, beam.places, { row: beam.row, end, left, taken });
    taken.push(...candidates.slice(0, beam.places).map(({ symbol }) => symbol));
    beam.take(candidates, end);
    if (left === 0) beam.cut();
  }
}

/** What the device computes next: `width` slots for each row that is still computed. */
interface Slots {
  readonly rows: readonly Row[];
  readonly symbols: readonly number[];
  readonly from: readonly number[];
}

/** Gives every prefix a slot of its own; where a beam has fewer prefixes than places, some slot of the same row is computed again, for nothing. */
function slotsFor(rows: readonly Row[], before: readonly Row[], { width, start }: BeamSearchOptions): Slots {
  const firstSlot = new Map(before.map((row, i) => [row, i * width]));
  const [symbols, from]: [number[], number[]] = [[], []];
  for (const row of rows) {
    for (const { alive, places } of row) {
      for (let place = 0; place < places; place++) {
        const prefix = alive[place];
        from.push(prefix?.slot ?? (firstSlot.get(row) as number));
        symbols.push(prefix?.ids.at(-1) ?? start);
        if (prefix) prefix.slot = from.length - 1;
      }
    }
  }
  return { rows, symbols, from };
}

/** The rows that the device goes on with: all of them, or only the open ones once these are at most half. */
function stillComputed(rows: readonly Row[]): readonly Row[] {
  const open = rows.filter(isOpen);
  return open.length > 0 && 2 * open.length <= rows.length ? open : rows;
}

function isOpen(row: Row): boolean {
  return row.some(({ alive }) => alive.length > 0);
}

function best(rows: readonly Row[], width: number): Hypothesis[][] {
  const ranked = rows.map((row) =>
    row
      .flatMap(({ finished }) => finished)
      .sort((a, b) => b.score - a.score)
      .slice(0, width),
  );
  const empty = [...ranked.keys()].filter((row) => ranked[row]?.length === 0);
  if (empty.length > 0) throw new UndecodableError(where, empty, ranked);
  return ranked;
}

/** Throws OptionError, or says how many groups share the width. */
function checked(writer: Writer, options: BeamSearchOptions): number {
  checkWriting(where, options, ['width', 'penalties', 'allocation'], writer);
  const { width, penalties = [], allocation = bestFirst } = options;
  count(where, 'width', width);
  if (!penalties.every((penalty) => typeof penalty === 'function'))
    throw new OptionError(where, '`penalties` must be functions', { hint: 'for instance [wuLength(0.6)]' });
  if (typeof allocation?.choose !== 'function')
    throw new OptionError(where, '`allocation` must be one', { hint: 'bestFirst, diverse(…) or mustInclude(…)' });
  const groups = count(where, 'groups', allocation.groups ?? 1);
  if (width % groups === 0) return groups;
  throw new OptionError(where, `\`width\` must be a multiple of the ${groups} groups, got ${width}`);
}
