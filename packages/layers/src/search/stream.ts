/** Writing symbol by symbol: the one loop of greedy decoding, sampling and streaming. */
import { type Hypothesis, UndecodableError } from './hypothesis.js';
import { nextScores } from './next-scores.js';
import { type Readings, Run } from './run.js';
import type { Writer } from './writer.js';
import { checkWriting, stopIfCancelled, type WritingOptions } from './writing-options.js';

/** Picks the next symbol of a row from its scores [V] after the rules; may change them to what counts as its log-probability. */
export type Choice = (scores: Float32Array, row: number) => number;

export interface StreamOptions extends WritingOptions {
  /** `likeliest` unless told; `drawn(rng)` samples. */
  choose?: Choice;
}

/** One symbol, as soon as it is written. */
export interface Token {
  readonly row: number;
  readonly id: number;
  readonly logProbability: number;
  /** Where the model looked, [K]. */
  readonly weights?: Float32Array;
}

/** The likeliest symbol, the lowest id where several are alike. */
export const likeliest: Choice = (scores) => {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
};

/**
 * Yields at each step the next token of every row that goes on; the last of a row is `end`, unless the row is cut. Not pulling pauses; leaving
 * the loop or the signal ends it, and frees what it made. The first pull throws OptionError, the last one UndecodableError if rows had to stop because
 * nothing was allowed.
 */
export async function* stream<S>(writer: Writer<S>, options: StreamOptions): AsyncGenerator<Token[], void, void> {
  checkWriting('stream', options, ['choose'], writer);
  yield* write('stream', writer, options);
}

/** The whole stream, a Hypothesis for each row. Throws UsageError when cancelled. */
export async function writeRows<S>(where: string, writer: Writer<S>, options: StreamOptions): Promise<Hypothesis[]> {
  const rows: Token[][] = Array.from({ length: writer.rows }, () => []);
  for await (const tokens of write(where, writer, options)) for (const token of tokens) rows[token.row]!.push(token);
  stopIfCancelled(where, options.signal);
  return rows.map((tokens) => hypothesisOf(tokens, options.end));
}

/** A row at work; what it has written is in its tokens. */
interface Line {
  readonly row: number;
  readonly tokens: Token[];
  readonly ids: number[];
  state: 'open' | 'ended' | 'stuck';
}

async function* write<S>(where: string, writer: Writer<S>, options: StreamOptions): AsyncGenerator<Token[]> {
  const { start, maxLength, signal } = options;
  const lines = Array.from({ length: writer.rows }, (_, row): Line => ({ row, tokens: [], ids: [], state: 'open' }));
  const run = signal?.aborted ? undefined : new Run(writer, 1);
  try {
    let slots: readonly Line[] = lines; // the device goes on with closed lines until half of them are
    let from = lines.map(({ row }) => row);
    for (let t = 0; run && t < maxLength && slots.some(isOpen); t++) {
      const readings = await run.step(
        slots.map(({ ids }) => ids.at(-1) ?? start),
        from,
      );
      if (signal?.aborted) return;
      const tokens = slots.flatMap((line, slot) => extend(where, line, readings, [slot, slots.length], options) ?? []);
      if (tokens.length > 0) yield tokens;
      from = stillComputed(slots);
      slots = from.map((slot) => slots[slot] as Line);
    }
  } finally {
    run?.dispose();
  }
  const stuck = lines.filter(({ state }) => state === 'stuck').map(({ row }) => row);
  if (stuck.length === 0) return;
  const found = lines.map((line) => (line.state === 'stuck' ? [] : [hypothesisOf(line.tokens, options.end)]));
  throw new UndecodableError(where, stuck, found);
}

/** Writes the line's next symbol, if it is open. */
function extend(
  where: string,
  line: Line,
  readings: Readings,
  place: readonly [number, number],
  { end, maxLength, rules = [], choose = likeliest }: StreamOptions,
): Token | undefined {
  if (!isOpen(line)) return undefined;
  const { row, ids, tokens } = line;
  const next = nextScores(where, readings, place, { ids, row, end, maxLength }, rules);
  if (!next) line.state = 'stuck';
  if (!next) return undefined;
  const id = choose(next.scores, row);
  const token = { row, id, logProbability: next.scores[id] as number, ...(next.weights && { weights: next.weights }) };
  tokens.push(token);
  ids.push(id);
  if (id === end) line.state = 'ended';
  return token;
}

function isOpen({ state }: Line): boolean {
  return state === 'open';
}

/** The slots that the device goes on with: all of them, or only the open ones once these are at most half. */
function stillComputed(slots: readonly Line[]): number[] {
  const all = slots.map((_, slot) => slot);
  const open = all.filter((slot) => isOpen(slots[slot] as Line));
  return open.length > 0 && 2 * open.length <= slots.length ? open : all;
}

function hypothesisOf(tokens: readonly Token[], end: number | undefined): Hypothesis {
  const ended = tokens.length > 0 && tokens.at(-1)?.id === end;
  const logProbability = tokens.reduce((sum, token) => sum + token.logProbability, 0);
  const ids = tokens.map(({ id }) => id);
  const weights = tokens.flatMap((token) => token.weights ?? []);
  return { ids: ended ? ids.slice(0, -1) : ids, ended, logProbability, score: logProbability, weights };
}
