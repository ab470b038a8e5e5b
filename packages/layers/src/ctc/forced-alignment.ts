/** Forced alignment: where given labels are, on the most probable of all paths that spell them. */
import type { Sequence } from '@seqloom/core';
import { DataError, knownOptions, ShapeError } from '@seqloom/core';
import type { CTCTranscript } from './best-path.js';
import { type Frames, readFrames } from './frames.js';

/**
 * The best alignment of each row's labels with its frames, by the Viterbi recursion: logits [B,T,V] with their mask [B,T], B lists of labels →
 * B transcripts with the span of each label; the score is the path's log-probability, blanks included. Throws ShapeError, OptionError, and
 * DataError on NaN, on labels that are no class or the blank, and where no path spells them.
 */
export async function ctcAlign(
  logits: Sequence,
  labels: readonly (readonly number[])[],
  options: { blank?: number } = {},
): Promise<CTCTranscript[]> {
  knownOptions('ctcAlign', options, ['blank']);
  const { rows, blank, V } = await readFrames('ctcAlign', logits, options.blank);
  if (labels.length !== rows.length) {
    throw new ShapeError('ctcAlign', `there are ${rows.length} sequences, but labels of ${labels.length}`);
  }
  return rows.map((frames, b) => {
    const bad = labels[b]!.find((label) => !Number.isInteger(label) || label < 0 || label >= V || label === blank);
    if (bad !== undefined) {
      throw new DataError(
        'ctcAlign',
        `label ${bad} of sequence ${b} is ${bad === blank ? 'the blank' : 'out of range'}`,
        {
          hint: `labels are whole numbers from 0 to ${V - 1} without the blank, ${blank}`,
        },
      );
    }
    const found = align(frames, labels[b]!, blank);
    if (found) return found;
    const problem = `no path through the ${frames.logs.length} frames of sequence ${b} spells its ${labels[b]!.length} labels`;
    throw new DataError('ctcAlign', problem, { hint: 'equal neighbours need a blank between them' });
  });
}

/** The best alignment, or undefined where there is none. States: blank, label, blank, label … blank. */
export function align({ logs, places }: Frames, labels: readonly number[], blank: number): CTCTranscript | undefined {
  const classOf = (state: number) => (state % 2 ? labels[state >> 1]! : blank);
  const S = 2 * labels.length + 1;
  const steps: Uint8Array[] = []; // by how many states the best path to each state has just moved
  let best = new Float64Array(S).fill(-Infinity);
  best[0] = 0; // before the first frame, as if a blank had been
  for (const frame of logs) {
    const [next, moves] = [new Float64Array(S), new Uint8Array(S)];
    for (let s = 0; s < S; s++) {
      const most = s % 2 && s > 1 && labels[s >> 1] !== labels[(s >> 1) - 1] ? 2 : Math.min(1, s);
      let move = 0;
      for (let m = 1; m <= most; m++) if (best[s - m]! > best[s - move]!) move = m;
      next[s] = best[s - move]! + frame[classOf(s)]!;
      moves[s] = move;
    }
    best = next;
    steps.push(moves);
  }
  const end = S > 1 && best[S - 2]! > best[S - 1]! ? S - 2 : S - 1;
  if (best[end] === -Infinity) return undefined;
  const spans: { start: number; end: number; score: number }[] = [];
  for (let k = logs.length - 1, s = end; k >= 0; s -= steps[k]![s]!, k--) {
    if (s % 2 === 0) continue;
    const place = places[k]!;
    spans[s >> 1] ??= { start: place, end: place + 1, score: 0 };
    spans[s >> 1]!.start = place;
    spans[s >> 1]!.score += logs[k]![classOf(s)]!;
  }
  return { labels: [...labels], spans, score: best[end]! };
}
