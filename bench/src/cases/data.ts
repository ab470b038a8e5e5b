/** What prepares data, beside the tools of Python: their hot parts are in C or Rust. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bleu, collect, generateSentences, Rng, readConllu, writeConllu } from '@seqloom/data';
import { logMel } from '@seqloom/data/audio';
import { BytePairs } from '@seqloom/data/tokenizers';
import type { BenchCase, Work } from '../compare.js';
import { type PythonPeer, pythonHas, pythonPeer } from '../peers/python.js';

const rng = new Rng(1);
const size = 2000;

interface Tool {
  name: string;
  size: string;
  peer: string;
  /** What Python must have. */
  module: string;
  work: 'conllu' | 'learn' | 'encode' | 'log-mel' | 'bleu';
  /** What both sides get, as plain JSON, and ours. */
  prepare(): Promise<{ given: unknown; ours: Work }>;
}

const tools: Tool[] = [
  {
    ...{ name: 'read CoNLL-U', size: '10,000 sentences', peer: 'conllu', module: 'conllu', work: 'conllu' },
    async prepare() {
      const given = writeConllu(generateSentences({ rng, count: 10_000 }));
      return { given, ours: () => collect(readConllu(given)) };
    },
  },
  {
    ...{ name: 'learn byte pairs', size: `1 MB, ${size} ids`, peer: 'tokenizers (Rust)', module: 'tokenizers' },
    work: 'learn',
    async prepare() {
      const given = texts();
      return { given, ours: () => BytePairs.train(given, { size }) };
    },
  },
  {
    ...{ name: 'encode by byte pairs', size: `1 MB, ${size} ids`, peer: 'tokenizers (Rust)', module: 'tokenizers' },
    work: 'encode',
    async prepare() {
      const given = texts();
      const learnt = await BytePairs.train(given, { size });
      return { given, ours: () => given.map((text) => learnt.encode(text)) };
    },
  },
  {
    ...{ name: 'log-mel', size: '60 s of 16 kHz, 80 bands', peer: 'librosa', module: 'librosa', work: 'log-mel' },
    async prepare() {
      const given = Array.from({ length: 60 * 16_000 }, () => rng.normal());
      const samples = Float32Array.from(given);
      return { given, ours: () => logMel(samples, { sampleRate: 16_000, melBands: 80 }) };
    },
  },
  {
    ...{ name: 'BLEU', size: '5,000 sentences', peer: 'sacrebleu', module: 'sacrebleu', work: 'bleu' },
    async prepare() {
      const references = generateSentences({ rng, count: 5000 }).map(({ comments }) => comments[1]!.slice(9));
      const outputs = references.map((text) => rng.shuffled(text.split(' ')).join(' '));
      return { given: { outputs, references }, ours: () => bleu(outputs, references) };
    },
  },
];

/** A megabyte of lines, of 20,000 words that are as frequent as words are (Zipf). */
function texts(): string[] {
  const syllables = ['ka', 'lo', 'mi', 'ren', 'tu', 'sha', 'be', 'or', 'und', 'ing', 'ster', 'ly', 'po', 'qua', 'ne'];
  const words = Array.from({ length: 20_000 }, (_, i) =>
    Array.from({ length: 1 + (i % 4) }, () => rng.choice(syllables)).join(''),
  );
  const line = () => Array.from({ length: 12 }, () => words[Math.floor(words.length ** rng.uniform()) - 1]!).join(' ');
  return Array.from({ length: 14_000 }, line);
}

export const cases: BenchCase[] = tools.map(({ name, size, peer, module, work, prepare }) => ({
  ...{ name, size, peer, backend: 'plain' },
  async prepare() {
    const { given, ours } = await prepare();
    if (!pythonHas(module)) return { ours };
    const { theirs, stop } = await started(work, given);
    return { ours, theirs, dispose: stop };
  },
}));

/** The peer, which gets its input by a file. */
async function started(work: Tool['work'], given: unknown): Promise<PythonPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'seqloom-data-'));
  const file = join(folder, 'given.json');
  await writeFile(file, JSON.stringify(given));
  try {
    return await pythonPeer('data-tools.py', { work, file, size });
  } finally {
    await rm(folder, { recursive: true });
  }
}
