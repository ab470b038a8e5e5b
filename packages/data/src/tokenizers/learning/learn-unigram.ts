/** Learns the tokens of a unigram language model: many seeds, probabilities by EM, and again and again the tokens that matter least fall away. Kudo 2018, arXiv 1804.10959. */
import { UnigramModel } from '../models/lattice.js';
import { seedTokens } from './seed-tokens.js';

export interface UnigramBounds {
  /** Tokens in all; single characters are always among them. */
  size: number;
  /** Characters in a token at most. */
  maxLength: number;
  /** Texts that no token may read. */
  forbidden: ReadonlySet<string>;
}

interface Scored {
  tokens: string[];
  scores: number[];
}
type Pause = (done: number) => Promise<void> | undefined;
type Words = readonly (readonly [word: string, count: number])[];

const shrinking = 0.75;
const emPasses = 2;
/** Tokens that are expected less often fall away. */
const leastExpected = 0.5;

/** The tokens and their log-probabilities, the most probable first. */
export async function learnUnigram(words: Words, bounds: UnigramBounds, pause: Pause): Promise<Scored> {
  const { characters, seeds } = await seedTokens(words, bounds, pause);
  const all = [...characters, ...seeds];
  let total = 0;
  for (const [, times] of all) total += times;
  let model: Scored = {
    tokens: all.map(([token]) => token),
    scores: all.map(([, times]) => Math.log(times / total)),
  };
  const target = Math.ceil(bounds.size * 1.1);
  const rounds = 1 + Math.max(0, Math.ceil(Math.log(target / all.length) / Math.log(shrinking)));
  for (let round = 0; ; round++) {
    const paced = (done: number) => pause(0.1 + (0.9 * Math.min(round + done, rounds)) / (rounds + 1));
    for (let pass = 0; pass < emPasses; pass++) {
      model = await maximise(model, words, (done) => paced((pass + done) / (emPasses + 1)));
    }
    if (model.tokens.length <= target) break;
    model = await prune(model, words, target, (done) => paced((emPasses + done) / (emPasses + 1)));
  }
  return finish(model, [...characters.keys()], bounds.size);
}

/** One step of EM; the digamma function makes rare tokens rarer, as a Dirichlet prior would (arXiv 1804.10959, as SentencePiece does). */
async function maximise({ tokens, scores }: Scored, words: Words, pause: Pause): Promise<Scored> {
  const model = new UnigramModel(tokens, scores);
  const expected = new Float64Array(tokens.length);
  for (const [i, [word, times]] of words.entries()) {
    model.expect(word, (id, probability) => {
      if (id !== -1) expected[id]! += probability * times;
    });
    await pause(i / words.length);
  }
  const kept = tokens.flatMap((_, id) => (expected[id]! >= leastExpected ? [id] : []));
  const total = digamma(kept.reduce((sum, id) => sum + expected[id]!, 0));
  return { tokens: kept.map((id) => tokens[id]!), scores: kept.map((id) => digamma(expected[id]!) - total) };
}

/** Without the tokens whose loss costs the least likelihood: what else each would be cut into says how much. */
async function prune({ tokens, scores }: Scored, words: Words, target: number, pause: Pause): Promise<Scored> {
  const model = new UnigramModel(tokens, scores);
  const uses = new Float64Array(tokens.length);
  let total = 0;
  for (const [i, [word, times]] of words.entries()) {
    for (const { id } of model.best(word).arcs) {
      if (id === -1) continue;
      uses[id]! += times;
      total += times;
    }
    await pause(i / words.length);
  }
  const losses = new Float64Array(tokens.length).fill(Infinity);
  for (const [id, token] of tokens.entries()) {
    const [first, second] = model.nBest(token, 2);
    if (!second) continue;
    const other = first!.arcs.length > 1 ? first! : second;
    if (other.arcs.some((arc) => arc.id === -1)) continue;
    losses[id] = uses[id] === 0 ? -Infinity : uses[id]! * (logShare(uses[id]!, total) - logOthers(other.arcs, id));
    if (id % 512 === 0) await pause(1);
  }
  function logOthers(arcs: readonly { id: number }[], id: number): number {
    const all = total + uses[id]! * (arcs.length - 1);
    return arcs.reduce((sum, arc) => sum + logShare(uses[arc.id]! + uses[id]!, all), 0);
  }
  const size = Math.max(target, Math.floor(shrinking * tokens.length));
  const order = tokens.map((_, id) => id).sort((a, b) => losses[b]! - losses[a]! || a - b);
  const kept = order.slice(0, size).sort((a, b) => a - b);
  return { tokens: kept.map((id) => tokens[id]!), scores: kept.map((id) => scores[id]!) };
}

function logShare(part: number, whole: number): number {
  return Math.log(part) - Math.log(whole);
}

/** Single characters, a missing one as rare as the rarest token, and the most probable others. */
function finish({ tokens, scores }: Scored, characters: readonly string[], size: number): Scored {
  const known = new Map(tokens.map((token, id) => [token, scores[id]!]));
  const least = scores.reduce((low, score) => Math.min(low, score), 0);
  const required = characters.map(
    (character, i) => [character, known.get(character) ?? least - 0.0001 * (i + 1)] as const,
  );
  for (const character of characters) known.delete(character);
  const byScore = (a: readonly [string, number], b: readonly [string, number]) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
  const others = [...known].sort(byScore).slice(0, Math.max(0, size - characters.length));
  const all = [...required, ...others].sort(byScore);
  return { tokens: all.map(([token]) => token), scores: all.map(([, score]) => score) };
}

/** ψ, the derivative of log Γ: by its recurrence up to 6, then the asymptotic series. */
function digamma(value: number): number {
  let sum = 0;
  let x = value;
  for (; x < 6; x++) sum -= 1 / x;
  const square = 1 / (x * x);
  return sum + Math.log(x) - 0.5 / x - square * (1 / 12 - square * (1 / 120 - square / 252));
}
