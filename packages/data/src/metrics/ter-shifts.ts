/** The edits of TER: words put in, left out or changed, and blocks of words moved, as Tercom searches for them (Snover et al. 2006) with sacrebleu's limits. */

const longestShift = 10;
const farthestShift = 50;
const mostCandidates = 1000;
const beamWidth = 25;

/** How many edits turn the output into the reference; blocks are moved greedily, as long as each move saves more than one edit in all. */
export function terEdits(output: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return output.length;
  const known = new Map([...reference, ...output].map((word, i) => [word, i]));
  const number = (word: string) => known.get(word)!;
  return shiftedEdits(output.map(number), reference.map(number));
}

/** The same over words as numbers, which compare faster. */
function shiftedEdits(output: readonly number[], reference: readonly number[]): number {
  let words = output;
  const budget = { candidates: 0 };
  for (let shifts = 0; ; shifts++) {
    const best = bestShift(words, reference, budget);
    if (!best || best.gain <= 0 || budget.candidates >= mostCandidates)
      return shifts + terAlignment(words, reference).distance;
    words = best.words;
  }
}

interface Shift {
  /** How much smaller the edit distance is; then the longer block counts, then the earlier one, then the earlier target. */
  readonly gain: number;
  readonly length: number;
  readonly start: number;
  readonly target: number;
  readonly words: readonly number[];
}

function bestShift(
  words: readonly number[],
  reference: readonly number[],
  budget: { candidates: number },
): Shift | undefined {
  const { rows, distance, wrongOutput, wrongReference, partner } = terAlignment(words, reference);
  let best: Shift | undefined;
  for (const [start, from, length] of commonBlocks(words, reference)) {
    const wrong = (marks: readonly boolean[], at: number) => marks.slice(at, at + length).includes(true);
    if (!wrong(wrongOutput, start) || !wrong(wrongReference, from)) continue;
    if (start <= partner[from]! && partner[from]! < start + length) continue;
    for (const target of targets(partner, from, length)) {
      const moved = move(words, start, length, target);
      const same = rows.slice(0, Math.min(start, target) + 1); // the words before stay where they are
      const gain = distance - beamDistances(moved, reference, same)[words.length]![reference.length]!;
      const shift = { gain, length, start, target, words: moved };
      budget.candidates++;
      if (!best || better(shift, best)) best = shift;
    }
    if (budget.candidates >= mostCandidates) break;
  }
  return best;
}

function better(a: Shift, b: Shift): boolean {
  return (a.gain - b.gain || a.length - b.length || b.start - a.start || b.target - a.target) > 0;
}

/** Blocks that output and reference share: where it begins in each, and its length. */
function* commonBlocks(words: readonly number[], reference: readonly number[]): Generator<[number, number, number]> {
  for (let i = 0; i < words.length; i++)
    for (let j = Math.max(0, i - farthestShift); j < Math.min(reference.length, i + farthestShift + 1); j++)
      for (let n = 0; n < longestShift && i + n < words.length && words[i + n] === reference[j + n]; n++)
        yield [i, j, n + 1];
}

/** Where a block that belongs at `from` in the reference may go: before the output's first word or behind the partner of each place from the one before it on. */
function targets(partner: readonly number[], from: number, length: number): number[] {
  const places: number[] = [];
  for (let at = from - 1; at < from + length && at < partner.length; at++) {
    const target = at < 0 ? 0 : partner[at]! + 1;
    if (target !== places.at(-1)) places.push(target);
  }
  return places;
}

function move(words: readonly number[], start: number, length: number, target: number): number[] {
  const block = words.slice(start, start + length);
  const rest = words.toSpliced(start, length);
  // Targets are counted with the block in its old place; within or just behind it they lie as far on in the rest.
  const place = target > start + length ? target - length : target;
  return rest.toSpliced(place, 0, ...block);
}

interface TerAlignment {
  readonly rows: readonly Int32Array[];
  readonly distance: number;
  readonly wrongOutput: readonly boolean[];
  readonly wrongReference: readonly boolean[];
  /** For each word of the reference the output's word beside it, or the last one before; −1 at the beginning. */
  readonly partner: readonly number[];
}

/** The alignment that Tercom prefers (pairs, then words left out, then words put in), searched around the diagonal only. */
function terAlignment(output: readonly number[], reference: readonly number[]): TerAlignment {
  const rows = beamDistances(output, reference);
  const wrongOutput = Array<boolean>(output.length).fill(true);
  const wrongReference = Array<boolean>(reference.length).fill(true);
  const partner = Array<number>(reference.length).fill(-1);
  let i = output.length;
  let j = reference.length;
  while (i > 0 || j > 0) {
    const here = rows[i]![j]!;
    const differs = output[i - 1] !== reference[j - 1];
    if (i > 0 && j > 0 && here === rows[i - 1]![j - 1]! + Number(differs)) {
      wrongOutput[i - 1] = wrongReference[j - 1] = differs;
      partner[--j] = --i;
    } else if (i > 0 && here === rows[i - 1]![j]! + 1) i--;
    else partner[--j] = i - 1;
  }
  return { rows, distance: rows[output.length]![reference.length]!, wrongOutput, wrongReference, partner };
}

/** Larger than any distance, and still so with one added. */
const unreached = 2 ** 30;

/** The edit distances of the beginnings of the output (rows) and the reference (columns); `rows` are the first of them where they are known. */
function beamDistances(
  output: readonly number[],
  reference: readonly number[],
  rows: Int32Array[] = [Int32Array.from({ length: reference.length + 1 }, (_, j) => j)],
): Int32Array[] {
  const ratio = output.length === 0 ? 1 : reference.length / output.length;
  const width = beamWidth < ratio / 2 ? Math.ceil(ratio / 2 + beamWidth) : beamWidth;
  for (let i = rows.length; i <= output.length; i++) {
    const row = new Int32Array(reference.length + 1).fill(unreached);
    const diagonal = Math.floor(i * ratio);
    const end = i === output.length ? row.length : Math.min(row.length, diagonal + width);
    fillRow(row, rows[i - 1]!, output[i - 1]!, reference, Math.max(0, diagonal - width), end);
    rows.push(row);
  }
  return rows;
}

function fillRow(
  row: Int32Array,
  above: Int32Array,
  word: number,
  reference: readonly number[],
  begin: number,
  end: number,
): void {
  let left = unreached;
  for (let j = begin; j < end; j++) {
    let best = j === 0 ? unreached : above[j - 1]! + (word === reference[j - 1] ? 0 : 1);
    if (above[j]! + 1 < best) best = above[j]! + 1;
    if (left + 1 < best) best = left + 1;
    row[j] = left = best;
  }
}
