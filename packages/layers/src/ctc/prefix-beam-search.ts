/** CTC prefix beam search: the most probable labels, summed over their alignments, with a language model's opinion. */
import type { Sequence } from '@seqloom/core';
import { count, knownOptions, OptionError, Pause, within } from '@seqloom/core';
import type { CTCTranscript } from './best-path.js';
import { align } from './forced-alignment.js';
import { type Frames, logAdd, readFrames } from './frames.js';

/** What says how probable labels are after others: `NGramModel` does. States are immutable. */
export interface LabelModel<S> {
  /** Before the first label. */
  start(): S;
  /** The log-probability of `label` next, at most 0, the state after it, and whether it completes a word (or whatever `beta` is for): 1 unless told, or 0. */
  next(state: S, label: number): { logProbability: number; state: S; words?: number };
  /** The log-probability that nothing follows, and how many words that completes: 0 unless told. */
  end(state: S): { logProbability: number; words?: number };
}

export interface CTCBeamOptions<S> {
  /** How many prefixes are kept after each frame, 16 unless told. */
  beam?: number;
  blank?: number;
  /** How many transcripts of each row are returned, at most `beam`; 1 unless told. */
  nBest?: number;
  /** Only so many of a frame's most probable classes may continue a prefix; all unless told. */
  considered?: number;
  languageModel?: LabelModel<S>;
  /** The weight of the language model's log-probability, 1 unless told. */
  alpha?: number;
  /** Added for each word, against the language model's liking for few of them; 0 unless told. */
  beta?: number;
  signal?: AbortSignal;
}

/** A transcript whose score is log p(labels | frames) + alpha·log p(labels) + beta·words; `acoustic` is the first of these. */
export interface CTCHypothesis extends CTCTranscript {
  readonly acoustic: number;
}

/**
 * The `nBest` best transcripts of each row, best first: logits [B,T,V] with their mask [B,T] → B lists, shorter where fewer prefixes are possible.
 * Exact where the beam holds all prefixes. Spans are those of the labels' best alignment. Throws ShapeError, OptionError, DataError where a
 * real frame has a NaN, and the signal's reason. Graves & Jaitly, ICML 2014; Hannun et al., arXiv:1408.2873
 */
export async function ctcBeamDecode<S = undefined>(
  logits: Sequence,
  options: CTCBeamOptions<S> = {},
): Promise<CTCHypothesis[][]> {
  const where = 'ctcBeamDecode';
  const names = ['beam', 'blank', 'nBest', 'considered', 'languageModel', 'alpha', 'beta', 'signal'];
  knownOptions(where, options, names);
  const { beam = 16, nBest = 1, considered, languageModel, alpha = 1, beta = 0, signal } = options;
  count(where, 'beam', beam);
  if (count(where, 'nBest', nBest) > beam)
    throw new OptionError(where, `\`nBest\` is ${nBest}, more than the beam of ${beam}`);
  if (considered !== undefined) count(where, 'considered', considered);
  within(where, 'alpha', alpha, -Infinity);
  within(where, 'beta', beta, -Infinity);
  const { rows, blank } = await readFrames(where, logits, options.blank);
  const search = { blank, beam, considered, alpha, beta, model: languageModel };
  const found: CTCHypothesis[][] = [];
  const pause = new Pause();
  const between = async () => {
    if (pause.isDue()) await pause.take();
    signal?.throwIfAborted();
  };
  for (const frames of rows) {
    const ranked = (await bestPrefixes(frames, search, between)).slice(0, nBest);
    found.push(ranked.map(({ prefix, score, acoustic }) => spelled(frames, prefix, blank, { score, acoustic })));
  }
  return found;
}

interface Search<S> {
  blank: number;
  beam: number;
  considered: number | undefined;
  alpha: number;
  beta: number;
  model: LabelModel<S> | undefined;
}

interface Ranked<S> {
  readonly prefix: Prefix<S>;
  readonly acoustic: number;
  readonly score: number;
}

/** A prefix as a place in the tree of all prefixes: log-probabilities of paths to it that end in a blank or in its last label. */
interface Prefix<S> {
  readonly parent: Prefix<S> | undefined;
  readonly label: number;
  readonly state: S | undefined;
  /** What the language model and the words add. */
  readonly bonus: number;
  readonly longer: Map<number, Prefix<S>>;
  blank: number;
  open: number;
  /** The same after the frame that is being read. */
  nextBlank: number;
  nextOpen: number;
}

async function bestPrefixes<S>(frames: Frames, search: Search<S>, between: () => Promise<void>): Promise<Ranked<S>[]> {
  const root = prefix<S>(undefined, -1, search.model?.start(), 0);
  root.blank = 0;
  let beam = [root];
  for (const logs of frames.logs) {
    await between();
    const reached = readFrame(beam, logs, search);
    for (const each of reached) {
      each.blank = each.nextBlank;
      each.open = each.nextOpen;
      each.nextBlank = each.nextOpen = -Infinity;
    }
    const ranked = reached.map((each) => ({ each, score: acousticOf(each) + each.bonus }));
    ranked.sort((a, b) => b.score - a.score);
    const possible = ranked.filter(({ score }) => score > -Infinity);
    beam = possible.slice(0, search.beam).map(({ each }) => each);
  }
  const end = ({ state }: Prefix<S>) => {
    const said = search.model?.end(state as S);
    return said ? weighed(search.alpha, said.logProbability) + search.beta * (said.words ?? 0) : 0;
  };
  const whole = beam.map((each) => ({ prefix: each, acoustic: acousticOf(each), ending: end(each) }));
  return whole
    .map((each) => ({ ...each, score: each.acoustic + each.prefix.bonus + each.ending }))
    .filter(({ score }) => score > -Infinity)
    .sort((a, b) => b.score - a.score);
}

/**
 * The prefixes at which a path through the frame may be, but for those that cannot be among the best: where the beam is full, what is worse than all
 * that stay where they are. What is said of prefixes that were dropped is forgotten.
 */
function readFrame<S>(beam: readonly Prefix<S>[], logs: Float64Array, search: Search<S>): Prefix<S>[] {
  for (const each of beam) {
    each.nextBlank = acousticOf(each) + logs[search.blank]!;
    each.nextOpen = each.parent ? each.open + logs[each.label]! : -Infinity;
  }
  const staying = beam.map((each) => logAdd(each.nextBlank, each.nextOpen) + each.bonus);
  const worst = beam.length < search.beam ? -Infinity : Math.min(...staying);
  const most = search.model && search.alpha < 0 ? Infinity : Math.max(0, search.beta); // that one label can add
  const labels = candidates(logs, search);
  const reached = new Set(beam);
  for (const each of beam) {
    const total = acousticOf(each);
    for (const label of labels) {
      const path = (label === each.label ? each.blank : total) + logs[label]!;
      const known = each.longer.get(label);
      if (path === -Infinity || (path + each.bonus + most < worst && !(known && reached.has(known)))) continue;
      const longer = known ?? extended(each, label, search);
      longer.nextOpen = logAdd(longer.nextOpen, path);
      reached.add(longer);
    }
  }
  return [...reached];
}

function candidates<S>(logs: Float64Array, { blank, considered }: Search<S>): number[] {
  const labels = Array.from(logs.keys()).filter((v) => v !== blank && logs[v]! > -Infinity);
  if (considered === undefined || considered >= labels.length) return labels;
  return labels.sort((a, b) => logs[b]! - logs[a]!).slice(0, considered);
}

function extended<S>(shorter: Prefix<S>, label: number, { model, alpha, beta }: Search<S>): Prefix<S> {
  const said = model?.next(shorter.state as S, label);
  const gain = (said ? weighed(alpha, said.logProbability) : 0) + beta * (said?.words ?? 1);
  const made = prefix(shorter, label, said?.state, shorter.bonus + gain);
  shorter.longer.set(label, made);
  return made;
}

/** A weight of 0 silences even −∞. */
function weighed(alpha: number, logProbability: number): number {
  return alpha === 0 ? 0 : alpha * logProbability;
}

function prefix<S>(parent: Prefix<S> | undefined, label: number, state: S | undefined, bonus: number): Prefix<S> {
  const never = { blank: -Infinity, open: -Infinity, nextBlank: -Infinity, nextOpen: -Infinity };
  return { parent, label, state, bonus, longer: new Map(), ...never };
}

function acousticOf<S>({ blank, open }: Prefix<S>): number {
  return logAdd(blank, open);
}

function spelled<S>(
  frames: Frames,
  last: Prefix<S>,
  blank: number,
  scores: { score: number; acoustic: number },
): CTCHypothesis {
  const labels: number[] = [];
  for (let at = last; at.parent; at = at.parent) labels.unshift(at.label);
  return { ...align(frames, labels, blank)!, ...scores };
}
